"""Small questions are answered once, with an answer that fits them."""

import pytest

from coaching.models import CoachingProfile
from companion.actions import interactions
from companion.actions.interactions import AnswerError
from companion.models import MicroInteraction
from tests.fakes.attempts import NOON, answer, say


def asked(kind: str, *options: str) -> MicroInteraction:
    answer(say(), question={"kind": kind, "prompt": "How was it?", "options": list(options)})
    found: MicroInteraction = MicroInteraction.objects.get()
    return found


@pytest.mark.parametrize(
    ("kind", "options", "given", "said"),
    [
        ("choice", ("Good", "Bad"), " Good ", "Good"),
        ("yes_no", (), "Yes", "Yes"),
        ("quick_capture", (), "Better than I thought", "Better than I thought"),
        ("rating", (), "7", "7 of 10"),
    ],
)
def test_an_answer_becomes_what_the_coach_says(
    practice: CoachingProfile, kind: str, options: tuple[str, ...], given: str, said: str
) -> None:
    question = asked(kind, *options)

    assert interactions.answer(interaction=question, answer=given, now=NOON).text == said

    question.refresh_from_db()
    assert (question.status, question.answer, question.answered_at) == ("answered", given.strip(), NOON)


@pytest.mark.parametrize(
    ("kind", "options", "given"),
    [
        ("choice", ("Good", "Bad"), "Ugly"),
        ("yes_no", (), "Maybe"),
        ("rating", (), "11"),
        ("quick_capture", (), "  "),
        ("quick_capture", (), "x" * 2_001),
    ],
)
def test_an_answer_that_does_not_fit_leaves_the_question_open(
    practice: CoachingProfile, kind: str, options: tuple[str, ...], given: str
) -> None:
    question = asked(kind, *options)

    with pytest.raises(AnswerError):
        interactions.answer(interaction=question, answer=given, now=NOON)

    question.refresh_from_db()
    assert question.status == "open"


def test_a_question_is_answered_once(practice: CoachingProfile) -> None:
    question = asked("yes_no")
    interactions.answer(interaction=question, answer="Yes", now=NOON)

    with pytest.raises(AnswerError, match="already"):
        interactions.answer(interaction=question, answer="No", now=NOON)
    interactions.set_aside(interaction=question, now=NOON)

    question.refresh_from_db()
    assert (question.status, question.answer) == ("answered", "Yes")


def test_a_question_that_was_set_aside_takes_no_answer(practice: CoachingProfile) -> None:
    question = asked("yes_no")
    interactions.set_aside(interaction=question, now=NOON)

    with pytest.raises(AnswerError):
        interactions.answer(interaction=question, answer="Yes", now=NOON)
