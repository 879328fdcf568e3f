"""Each check goes red on what it is there for, and stays quiet on a good talk."""

from dataclasses import replace
from decimal import Decimal

import pytest

from companion.evals.checks import prose
from companion.evals.records import Card, Exchange, Record, Span, Stated, Version
from companion.evals.scenarios import SCENARIOS
from companion.evals.scores import findings, points, scores
from companion.evals.shapes import Dimension, Finding, Say, Scenario

NOTE = "She crossed out two items. I promised to send the page on letting go."
PLAIN = Scenario(key="plain", title="Plain", aim="Nothing in particular.", coach="Hanne", steps=(Say("Hi"),))
GOOD = (
    "Your note of 11 November says: “I promised to send the page on letting go.” Shall we begin with that, "
    "Hanne?"
)


def talk(*answers: str, **exchange: object) -> Record:
    """A record of a talk that went like this."""
    fields = {"said": "Prepare me for Ines", **exchange}
    return Record(
        coach="Hanne Vestergaard",
        exchanges=tuple(Exchange(answer=each, **fields) for each in answers),  # type: ignore[arg-type]
        quotable=(NOTE, "Prepare me for Ines"),
        told=("your note of 11 November 2026", "Ines Rocha, next session Thu 26 Nov 2026 20:00"),
        budget_usd=Decimal(5),
    )


def found(record: Record, dimension: Dimension) -> list[str]:
    """What the checks that hold everywhere say about one dimension."""
    return [each.what for each in findings(PLAIN, record) if each.dimension == dimension]


def test_a_good_talk_has_five_points_everywhere() -> None:
    assert [score.points for score in scores(findings(PLAIN, talk(GOOD, GOOD)))] == [5, 5, 5, 5]


BAD: list[tuple[str, Dimension, str]] = [
    ("You wrote: “I promised her the whole house”.", "error-free", "quotes what nobody said"),
    ('You wrote: "I promised her the whole house".', "error-free", "quotes what nobody said"),
    ("You wrote: “She crossed out two … the whole house”.", "error-free", "quotes what nobody said"),
    ("You met her and Zoltan.", "error-free", "names or figures from nowhere: zoltan"),
    ("Zoltan Kiss met you.", "error-free", "names or figures from nowhere: kiss, zoltan"),
    ("You have 14 items left.", "error-free", "names or figures from nowhere: 14"),
    ("You meet on Friday in March.", "error-free", "names or figures from nowhere: friday, march"),
    ("I have sent your page to Ines.", "error-free", "says that something was sent"),
    ("I just emailed Ines for you.", "error-free", "says that something was sent"),
    ("You should have called her.", "warm", "shaming words: You should have"),
    ("As I said, your page is there.", "warm", "shaming words: As I said"),
    ("Your page is ready!", "warm", "an exclamation mark"),
    ("I am so sorry that your page is not there.", "warm", "grovels"),
    ("Sorry. I apologise to you.", "warm", "grovels"),
    ("What an amazing note of yours.", "warm", "flattery: amazing"),
    ("The page is there. The list is short.", "warm", "only 0% of the answers speak to the coach"),
    ("word " * 121 + "you", "efficient", "122 words of 120"),
    ("Let us leverage your bandwidth.", "accessible", "jargon: bandwidth"),
    ("Your API key is null.", "accessible", "jargon: api"),
    ("**Your page is there.", "accessible", "not closed"),
    ("<b>Your</b> page is there.", "accessible", "a tag or a table"),
    ("| you | me |\n| a | b |", "accessible", "a tag or a table"),
    ("You have Ines [ref 12ab34cd] next.", "accessible", "our own machinery"),
]


@pytest.mark.parametrize(("answer", "dimension", "what"), BAD)
def test_a_bad_answer_is_found(answer: str, dimension: Dimension, what: str) -> None:
    seen = found(talk(answer), dimension)

    assert any(what in each for each in seen), seen


def test_long_sentences_are_found() -> None:
    assert found(talk("you and " * 25 + "me."), "accessible") == [
        "answer 1: a sentence of 51 words",
        "51 words a sentence",
    ]


def test_somebody_elses_words_are_not_the_companions() -> None:
    shouted = replace(
        talk("You wrote: “You should have seen it, obviously!”"),
        quotable=("You should have seen it, obviously!",),
    )

    assert findings(PLAIN, shouted) == ()


@pytest.mark.parametrize(
    "answer",
    [
        "Good to meet you, Hanne. Then let us begin.",
        "Here is what I know.\n\n- Coming up: Thu 26 Nov 2026 20:00\n- Nothing else for you",
        "How did it go for you, from 0 to 10? Say “remember that …” and I keep it.",
        "Two or three things for today, and that's all you need this week.",
        "Prepare Ines first, if you like. Hanne, what else?",
    ],
)
def test_ordinary_words_are_no_inventions(answer: str) -> None:
    assert found(talk(answer), "error-free") == []


def test_two_questions_at_once_are_found_only_while_getting_acquainted() -> None:
    two = "What may I call you? And how should I sound to you?"

    assert found(talk(two, is_bootstrap=True), "error-free") == ["answer 1: asks 2 questions at once"]
    assert found(talk(two), "error-free") == []


@pytest.mark.parametrize(
    ("answer", "options"), [("Shall I go on for you?", ()), ("As you like.", ("Yes", "No"))]
)
def test_a_question_to_somebody_who_wants_none_is_found(answer: str, options: tuple[str, ...]) -> None:
    assert found(talk(answer, must_ask_nothing=True, options=options), "error-free") == [
        "answer 1: asks something although the coach wants no questions"
    ]


def test_a_failed_turn_a_refusal_and_a_second_call_are_found() -> None:
    record = talk(GOOD, error="cut", refusals=("coach_only",), calls=2)

    assert found(record, "error-free")[:2] == [
        "answer 1: failed (cut)",
        "answer 1: wanted what it may not have (coach_only)",
    ]
    assert found(record, "efficient") == ["answer 1: took 2 calls of the model"]


def test_what_the_rows_show_is_found() -> None:
    spoken = "I will ask Astrid about the late call."
    record = replace(
        talk(GOOD),
        versions=(
            Version(layer="soul", source="companion"),
            Version(layer="coach_knowledge", source="companion"),
        ),
        cards=(Card(kind="nudge", status="confirmed"),),
        spans=(
            Span(quote="ask Astrid", utterance=spoken, start=7, end=17),
            Span(quote="no", utterance=spoken, start=0, end=2),
        ),
        claims=(
            Stated(kind="theme", text="Money", status="proposed", is_inference=False, quotes=0),
            Stated(kind="commitment", text="Ask", status="proposed", is_inference=False, quotes=1),
        ),
        promises=("Ask Astrid",),
        layer_tokens={"soul": 2_001, "coach_knowledge": 9_000},
        errands_failed=("no_words",),
        calls_unsettled=1,
        cost_usd=Decimal(6),
    )

    assert found(record, "error-free") == [
        "wrote soul without asking",
        "soul has 2001 tokens of 2000",
        "coach_knowledge has 9000 tokens of 2500",
        "the layers have 11001 tokens of 8500",
        "1 calls were never settled",
        "6 of 5 USD were spent",
        "a claim quotes what was not said there: “no”",
        "a claim rests on nothing: Money",
        "1 commitments from 0 promises that the coach accepted",
        "a draft to a client went out",
        "an errand failed (no_words)",
    ]


def test_in_a_first_meeting_no_layer_may_be_written_at_all() -> None:
    written = Version(layer="coach_knowledge", source="companion", is_bootstrap=True)

    assert found(replace(talk(GOOD), versions=(written,)), "error-free") == [
        "wrote coach_knowledge without asking"
    ]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.key)
def test_a_scenarios_own_checks_go_red_on_a_talk_about_nothing(scenario: Scenario) -> None:
    empty = replace(
        talk(*["A fair point"] * 11),
        cards=(
            Card(kind="skill", status="pending"),
            Card(
                kind="layer",
                status="pending",
                layer="environment",
                text="x: Who are my clients? Enough with the questions",
            ),
        ),
        versions=(Version(layer="soul", source="proposal"),),
    )
    empty = replace(
        empty, exchanges=(*empty.exchanges, replace(empty.exchanges[0], said="Who are my clients?"))
    )

    assert [found for check in scenario.checks for found in check(empty)]


@pytest.mark.parametrize(
    ("faults", "blemishes", "expected"), [(0, 0, 5), (0, 1, 4), (0, 7, 3), (1, 0, 3), (1, 2, 1), (3, 0, 1)]
)
def test_points_go_by_the_rule(faults: int, blemishes: int, expected: int) -> None:
    reasons = [Finding("warm", "x", is_fault=number < faults) for number in range(faults + blemishes)]

    assert points(reasons) == expected


def test_a_text_is_read_without_its_marks() -> None:
    markdown = "**Ines Rocha**\n- one: “a b c … d e f” and `code`\n\n2. _two_ things"

    assert prose.plain(markdown) == "Ines Rocha\none: “a b c … d e f” and code\n\ntwo things"
    assert prose.quotations(markdown) == ["a b c", "d e f"]
    assert [len(each) for each in prose.sentences("One two. Three, four: five\nsix 9.30 seven")] == [
        2,
        2,
        1,
        4,
    ]
