"""The old way of analysis beside the new one: counts and shares, and no words of anybody."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from coaching.models import CoachingProfile
from companion.actions import comparisons
from companion.engine.analysis.comparison import NewWay, compare
from companion.engine.analysis.regenerated import Regenerated, summarise
from companion.models import Claim, SessionAnalysis, SessionIntelligence
from tests.factories import NOON
from tests.fakes.talk import make_talk
from tests.unit.analysis.builders import TALK, said


def test_what_both_ways_hold_is_what_they_agree_on() -> None:
    old = Regenerated(sentences=("a", "b"), numbers=(3, 20), topics=("garden", "sister"))
    new = NewWay(kinds={"theme": 2}, texts=["The Gardens come back."], numbers=[4, 9], left_out=1)

    one = compare(old, new)

    assert (one.moments_shared, one.topics_shared, one.agreement) == (1, 1, 0.5)
    assert (one.claims, one.citations, one.left_out) == (2, 2, 1)


def test_nothing_said_is_nothing_to_agree_on() -> None:
    empty = Regenerated(sentences=(), numbers=(), topics=())

    assert compare(empty, NewWay(kinds={}, texts=[], numbers=[], left_out=0)).agreement is None


def test_the_old_way_quotes_whole_sentences_in_their_order() -> None:
    old = summarise(said(*TALK))

    assert list(old.numbers) == sorted(old.numbers)
    assert all(
        sentence in TALK[number - 1][1] for sentence, number in zip(old.sentences, old.numbers, strict=True)
    )


@pytest.fixture
def compared(in_tenant: CoachingProfile) -> CoachingProfile:
    session = make_talk()
    about = {"session": session, "client": session.client}
    SessionAnalysis.objects.create(
        **about, summary="I say yes.", numbers=[2], topics=["yes"], generated_at=NOON
    )
    found = SessionIntelligence.objects.create(**about, version=1, analysed_at=NOON)
    Claim.objects.create(
        **about, intelligence=found, kind="theme", version=1, order=0, text="saying yes", model_name="m"
    )
    return in_tenant


def test_a_practice_is_compared_over_all_its_sessions(compared: CoachingProfile) -> None:
    each = comparisons.sessions()
    whole = comparisons.whole(each)

    assert (len(each), whole.old_sentences, whole.old_topics, whole.claims) == (1, 1, 1, 1)
    assert whole.agreement == 0.5


def test_the_command_prints_figures_and_no_words(compared: CoachingProfile) -> None:
    out = StringIO()

    call_command("compare_analyses", coach=compared.user.email, stdout=out)

    assert "1 session in both ways" in out.getvalue()
    assert "agreement 50%" in out.getvalue()
    assert "yes" not in out.getvalue()


def test_an_unknown_coach_is_named(compared: CoachingProfile) -> None:
    with pytest.raises(CommandError, match=r"nobody@example\.com"):
        call_command("compare_analyses", coach="nobody@example.com")
