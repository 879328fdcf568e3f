"""A session's analysis on its page: asked for with consent, followed, stopped, forgotten, compared."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from coaching.consents import Purpose
from coaching.models import CoachingProfile, CoachingSession, Speaker, User
from companion.actions import analysis, intelligence
from companion.actions.leases import Lease
from companion.api.errands import analyse_when_read
from companion.engine.analysis import rules
from companion.engine.analysis.parts import split
from companion.engine.analysis.verify import Verifier
from companion.engine.usage import Usage
from companion.models import Claim, Errand, SessionAnalysis, SessionIntelligence, StreamEvent
from companion.scheduling import queue
from journeyloop.tenancy import tenant
from tests import factories
from tests.factories import NOON
from tests.fakes.talk import agree, ask_for_analysis, make_talk

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def alice(coach: User) -> CoachingProfile:
    factories.unlock(coach.coaching_profile)
    return coach.coaching_profile


@pytest.fixture
def session(alice: CoachingProfile) -> CoachingSession:
    with tenant(alice.pk):
        return make_talk()


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "ring", lambda _pk: None)


def analysed(session: CoachingSession) -> None:
    """Have it analysed by rule, in this transaction."""
    with tenant(session.coach_id):
        errand = ask_for_analysis(session)
        Errand.objects.filter(pk=errand.pk).update(status="running", fence=1)
        held = Lease(errand.pk, session.coach_id, 1)
        plan = analysis.begin(held=held, model_name="offline", now=NOON)
        (part,) = split(plan.material.utterances)
        found = Verifier(plan.material).verify(rules.find(part.lines))
        analysis.keep(plan=plan, part=0, found=found, used=Usage(), done=1, now=NOON)
        whole = analysis.whole(plan.material, {0: found})
        analysis.finish(plan=plan, whole=whole, old_way=True, new_way=True)


def post(browser: Browser, name: str, session: CoachingSession) -> str:
    response = browser.post(reverse(name, args=[session.pk]), **HTMX)
    assert response.status_code == 200
    return response.content.decode()


def page(browser: Browser, session: CoachingSession) -> str:
    return browser.get(reverse("session-detail", args=[session.pk])).content.decode()


def test_the_button_says_that_consent_was_given(session: CoachingSession, as_coach: Browser) -> None:
    shown = page(as_coach, session)

    assert "Analyse the session" in shown
    assert "consent given" in shown


def test_a_press_queues_one_analysis_and_the_page_follows_it(
    session: CoachingSession, as_coach: Browser
) -> None:
    post(as_coach, "session-analyse", session)
    shown = post(as_coach, "session-analyse", session)

    assert "Waiting to be analysed" in shown
    assert "jl:errand-update" in shown
    with tenant(session.coach_id):
        assert Errand.objects.filter(kind="analyse_session").count() == 1
        assert StreamEvent.objects.filter(event="errand-update").exists()


def test_without_consent_it_is_refused_and_nothing_is_queued(
    session: CoachingSession, as_coach: Browser
) -> None:
    with tenant(session.coach_id):
        agree(session.client, given=False, now=NOON + timedelta(hours=1))

    shown = page(as_coach, session)
    response = as_coach.post(reverse("session-analyse", args=[session.pk]))

    assert "no consent" in shown
    assert response.status_code == 403
    with tenant(session.coach_id):
        assert not Errand.objects.exists()


def test_what_is_kept_after_a_no_is_marked_wherever_it_is_shown(
    session: CoachingSession, as_coach: Browser
) -> None:
    analysed(session)
    debrief = reverse("debrief", args=[session.pk])
    mark = "This was made before that and kept."
    before = [page(as_coach, session), as_coach.get(debrief).content.decode()]
    with tenant(session.coach_id):
        agree(session.client, given=False, now=NOON + timedelta(hours=1))

    after = [page(as_coach, session), as_coach.get(debrief).content.decode()]

    assert [mark in each for each in before] == [False, False]
    assert [mark in each for each in after] == [True, True]


def test_a_session_without_words_has_nothing_to_analyse(alice: CoachingProfile, as_coach: Browser) -> None:
    with tenant(alice.pk):
        session = factories.make_session(factories.make_client(), NOON)

    assert "Analyse the session" not in page(as_coach, session)
    assert as_coach.post(reverse("session-analyse", args=[session.pk])).status_code == 404


def test_it_can_be_stopped(session: CoachingSession, as_coach: Browser) -> None:
    post(as_coach, "session-analyse", session)

    shown = post(as_coach, "analysis-stop", session)

    assert "Analyse the session" in shown
    with tenant(session.coach_id):
        assert Errand.objects.get().status == "cancelled"


def test_how_far_it_is_is_shown(session: CoachingSession, as_coach: Browser) -> None:
    with tenant(session.coach_id):
        errand = ask_for_analysis(session)
        Errand.objects.filter(pk=errand.pk).update(status="running", done=2, total=5)

    shown = as_coach.get(reverse("session-analysis", args=[session.pk]), **HTMX).content.decode()

    assert "2 of 5 parts" in shown


def test_what_was_found_is_shown_with_its_words_and_where_they_stand(
    session: CoachingSession, as_coach: Browser
) -> None:
    analysed(session)

    shown = page(as_coach, session)

    assert "Made by rule" in shown
    assert "I will talk with Nadia about the Friday meeting before next week" in shown
    assert f"{reverse('transcript', args=[session.pk])}#u-6" in shown
    assert "3 questions, 3 of them open" in shown
    assert "Analyse again" in shown


def test_a_failure_is_told_in_words_and_can_be_tried_again(
    session: CoachingSession, as_coach: Browser
) -> None:
    with tenant(session.coach_id):
        errand = ask_for_analysis(session)
        Errand.objects.filter(pk=errand.pk).update(status="failed", error_words="The service is busy.")

    shown = page(as_coach, session)

    assert "The service is busy." in shown
    assert "Analyse the session" in shown


def test_other_speakers_make_an_analysis_out_of_date(session: CoachingSession, as_coach: Browser) -> None:
    analysed(session)
    with tenant(session.coach_id):
        session.transcripts.update(speakers_named_at=NOON + timedelta(minutes=1))

    assert "or who speaks in it, has changed since" in page(as_coach, session)


def test_what_was_found_can_be_forgotten(session: CoachingSession, as_coach: Browser) -> None:
    analysed(session)

    shown = post(as_coach, "analysis-forget", session)

    assert "Analyse the session" in shown
    with tenant(session.coach_id):
        assert not Claim.objects.exists()
        assert not SessionIntelligence.objects.exists()
        assert not SessionAnalysis.objects.exists()


def test_both_ways_are_compared_in_figures(session: CoachingSession, as_coach: Browser) -> None:
    empty = as_coach.get(reverse("analysis-comparison")).content.decode()
    analysed(session)
    with tenant(session.coach_id):
        claim = Claim.objects.of_session(session).first()
        intelligence.reject(claim=claim, by=session.coach.user, now=NOON)

    shown = as_coach.get(reverse("analysis-comparison")).content.decode()

    assert "No session has been analysed in both ways yet" in empty
    assert "Maya Lindqvist" in shown
    assert "%" in shown
    assert "saying yes" not in shown


def test_a_session_is_analysed_by_itself_once_it_is_read_and_it_is_clear_who_spoke(
    session: CoachingSession,
) -> None:
    with tenant(session.coach_id):
        transcript = session.transcripts.select_related("client", "session__client").get()
        Speaker.objects.filter(transcript=transcript, role="client").update(role="unknown")
        assert analyse_when_read(transcript) is None
        Speaker.objects.filter(transcript=transcript, role="unknown").update(role="client")
        assert analyse_when_read(transcript)


def test_no_session_is_analysed_by_itself_without_consent(session: CoachingSession) -> None:
    with tenant(session.coach_id):
        agree(session.client, given=False, now=NOON + timedelta(hours=1))
        transcript = session.transcripts.select_related("client", "session__client").get()

        assert analyse_when_read(transcript) is None


PROMISED = "I will talk with Nadia about the Friday meeting before next week"


def panel_of(browser: Browser, kind: str, key: object) -> str:
    address = reverse("panel-show", args=["main"])
    return browser.post(address, {"kind": kind, "object": key}, **HTMX).content.decode()


@pytest.fixture
def promised(session: CoachingSession) -> CoachingSession:
    """A session with a promise that the coach let stand."""
    analysed(session)
    with tenant(session.coach_id):
        promise = Claim.objects.of_kind(Claim.Kind.COMMITMENT).get(owner="client")
        intelligence.accept(claim=promise, by=session.coach.user, now=NOON)
    return session


def test_the_panels_show_what_matters_before_the_next_session(
    promised: CoachingSession, as_coach: Browser
) -> None:
    with tenant(promised.coach_id):
        agree(promised.client, Purpose.QUOTES_IN_PREP)

    for shown in (
        panel_of(as_coach, "session", promised.pk),
        panel_of(as_coach, "client", promised.client_id),
    ):
        assert PROMISED in shown
        assert f"{reverse('transcript', args=[promised.pk])}#u-6" in shown


def test_a_client_who_is_not_to_be_quoted_in_preparation_is_not_quoted_in_their_panel(
    promised: CoachingSession, as_coach: Browser
) -> None:
    shown = panel_of(as_coach, "client", promised.client_id)

    assert ">Promise<" in shown
    assert "Nadia" not in shown


@pytest.mark.parametrize(
    ("role", "label", "hint"),
    [
        ("unknown", "Maya", "Say who is who"),
        ("other", "Maya", "Say who is who"),
        ("client", "Maya", ""),
    ],
)
def test_where_it_is_not_said_who_speaks_the_page_says_what_to_do(
    session: CoachingSession, as_coach: Browser, role: str, label: str, hint: str
) -> None:
    with tenant(session.coach_id):
        Speaker.objects.filter(role="client").update(role=role, label=label)

    shown = as_coach.get(reverse("session-analysis", args=[session.pk]), **HTMX).content.decode()

    assert ("cannot be told apart" in shown, "Say who is who" in shown) == (False, bool(hint))


def test_a_transcript_that_names_nobody_says_what_kind_of_file_would_help(
    session: CoachingSession, as_coach: Browser
) -> None:
    with tenant(session.coach_id):
        Speaker.objects.filter(role="client").delete()
        Speaker.objects.update(role="unknown", label="")

    shown = as_coach.get(reverse("session-analysis", args=[session.pk]), **HTMX).content.decode()

    assert "This transcript names nobody" in shown
