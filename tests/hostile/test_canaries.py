"""
Two practices with a mark in every text, and a model that repeats all that it is told.

Over several turns, a hostile answer with the other's ids among them, no mark of one practice is in a prompt,
a row, an event or a page of the other, none of one client in what is asked about another, none in the log.
"""

from collections.abc import Iterator

import pytest

from coaching.models import CoachingSession
from companion.actions import material, turns
from companion.engine.analysis.parts import split
from companion.engine.analysis.prompts import prompt as question
from companion.models import Turn
from journeyloop.tenancy import tenant
from tests.conftest import signed_in
from tests.fakes.attempts import begin, foreign_fact, on_the_wire
from tests.fakes.personalities import Hostile
from tests.fakes.talk import agree
from tests.hostile import scenes
from tests.invariants import catalogue
from tests.invariants.test_urls import OFTEN_WRITTEN
from tests.twins import Practice, Twins

pytestmark = pytest.mark.django_db

PAGES = ("/companion/", "/api/v1/companion/context/", "/api/v1/companion/memory/")
SAID = "Please be kind when marmalade comes up."


def test_no_word_of_one_practice_shows_in_the_other(twins: Twins, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    for own, other in ((twins.alice, twins.bob), (twins.bob, twins.alice)):
        told = "\n".join(_conversation(own, other))
        pages = [signed_in(own.coach.user).get(page).content.decode() for page in PAGES]

        assert own.mark in told
        assert other.mark not in told
        assert own.mark in "".join(pages)
        assert not [page for page, text in zip(PAGES, pages, strict=True) if other.mark in text]
        assert _rows_with(other.mark, seen_by=own) == []
    lines = [record.getMessage() for record in caplog.records if record.name.split(".")[0] in OURS]
    assert lines
    assert [line for line in lines if twins.alice.mark in line or twins.bob.mark in line] == []


OURS = ("journeyloop", "coaching", "companion", "client_portal")


def _conversation(own: Practice, other: Practice) -> Iterator[str]:
    """Hold turns of every kind, each answered with all that it was told; give what was told and sent."""
    model = Hostile(names=scenes.names_of(other)[:20], quotes=[SAID])
    with tenant(own.coach.pk):
        foreign_fact(f"Marmalade was {own.word()}'s favourite.")
        yield from _echoed(scenes.ask("What about marmalade?"))
        yield from _echoed(scenes.ask(SAID), **model.answer(0))
        yield from _echoed(scenes.ask("And after that?"))
        clean = Turn.objects.filter(kind=Turn.Kind.CLEAN).latest("number")
        yield from _echoed(begin(clean))


def _echoed(work: turns.Work, **parts: object) -> Iterator[str]:
    heard = "\n".join(on_the_wire(work.prompt))
    yield heard
    _, told = scenes.finish(work, {"chat_message": heard[-15_000:], **parts})
    yield str(told)


def _rows_with(mark: str, *, seen_by: Practice) -> list[str]:
    """Name the tables in which a practice sees this mark. Who somebody is to sign in is every coach's."""
    walled = sorted(catalogue.tables() - OFTEN_WRITTEN - WITHOUT_WALL)
    seen = " UNION ALL ".join(f"""SELECT '{table}', r::text FROM "{table}" r""" for table in walled)
    with tenant(seen_by.coach.pk):
        return catalogue.ask(f"SELECT DISTINCT t FROM ({seen}) AS found(t, words) WHERE words ~ %s", mark)


WITHOUT_WALL = {"coaching_user", "coaching_apikey", "account_emailaddress"}


def test_what_is_asked_about_one_client_holds_no_word_of_another(twins: Twins) -> None:
    alice = twins.alice
    with tenant(alice.coach.pk):
        for session in alice.all(CoachingSession):
            agree(session.client)
            others = _words_of_others(alice, session)
            given = material.read(session)
            asked = [question(given, part) for part in split(given.utterances)]
            texts = [text for each in asked for text in (each.system, each.about, each.part)]

            assert alice.mark in "".join(texts)
            assert [word for word in others if any(word in text for text in texts)] == []
            assert not any(twins.bob.mark in text for text in texts)


def _words_of_others(practice: Practice, session: CoachingSession) -> list[str]:
    """List the marks in rows that are another client's."""
    others = [
        str(row.__dict__)
        for rows in practice.rows.values()
        for row in rows
        if getattr(row, "client_id", session.client_id) != session.client_id
    ]
    return [word for word in practice.words if any(word in text for text in others)]
