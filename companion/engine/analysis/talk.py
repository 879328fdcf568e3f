"""
How a coach talked, counted from words and times and from nothing else. Pure.

No score: a coach looks at these alone, over time. What cannot be counted is None and is shown as not known.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from companion.engine.analysis.material import Utterance
from companion.engine.words import WORD, normal

SILENCE_MS = 3_000
"""A gap this long is a silence."""
REMARK = re.compile(r"\[[^\]]*\]")
"""What a transcriber wrote about the recording: [chuckles], [unintelligible 00:12]."""
SENTENCE = re.compile(r"[^.?!]+[.?!]*")
_INVITES = re.compile(
    r"^(tell (me|us)|say (a bit |a little |something )?more|describe|help me understand|walk me through)\b"
)
_OPEN_TEXT = "what how why what's how's what're what'd how'd how'll what'll"
_OPEN = frozenset(_OPEN_TEXT.split())
_CLOSED_TEXT = """
    do does did don't doesn't didn't is are am was were isn't aren't wasn't weren't have has had haven't
    hasn't can could can't couldn't will would won't wouldn't should shall may might which when where
    who whose
"""
_CLOSED = frozenset(_CLOSED_TEXT.split())
_LOOK = 8
"""So many words into a sentence its first question word decides; before it stand fillers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The figures of one session."""

    coach_words: int
    client_words: int
    questions: int
    """Sentences of the coach that ask: with a question mark, or an invitation such as "tell me more"."""
    open_questions: int
    """Those of them that begin with what, how or why, or invite."""
    longest_turn_words: int
    """The coach's longest stretch with nobody between."""
    longest_turn_number: int | None
    """The utterance with which it begins."""
    longest_turn_ms: int | None
    silences: int | None
    """Gaps of three seconds and more; None where the transcript has no times."""
    longest_silence_ms: int | None
    silences_ended_by_coach: int | None

    @property
    def coach_share(self) -> float | None:
        """The coach's part of the words of both, 0 to 1; None when nobody said anything."""
        both = self.coach_words + self.client_words
        return self.coach_words / both if both else None

    @property
    def open_share(self) -> float | None:
        """The open part of the coach's questions, 0 to 1; None when none was asked."""
        return self.open_questions / self.questions if self.questions else None


def count(utterances: Sequence[Utterance]) -> Talk:
    """Count one session."""
    asked = [each for said in utterances if said.role == "coach" for each in questions(said.text)]
    turns = [_turn(turn) for turn in _turns(utterances, role="coach")]
    words, number, milliseconds = max(turns, default=(0, None, None), key=lambda turn: turn[0])
    gaps = list(_gaps(utterances))
    timed = bool(utterances) and all(
        each.start_ms is not None and each.end_ms is not None for each in utterances
    )
    return Talk(
        coach_words=sum(words_in(each.text) for each in utterances if each.role == "coach"),
        client_words=sum(words_in(each.text) for each in utterances if each.role == "client"),
        questions=len(asked),
        open_questions=sum(asked),
        longest_turn_words=words,
        longest_turn_number=number,
        longest_turn_ms=milliseconds,
        silences=len(gaps) if timed else None,
        longest_silence_ms=max((gap for gap, _ in gaps), default=0) if timed else None,
        silences_ended_by_coach=sum(by == "coach" for _, by in gaps) if timed else None,
    )


def words_in(text: str) -> int:
    """Count the words that somebody said, without a transcriber's remarks."""
    return len(WORD.findall(REMARK.sub(" ", text)))


def questions(text: str) -> list[bool]:
    """List the questions in a text, in order: True for an open one."""
    return [is_open for sentence in SENTENCE.findall(text) if (is_open := _asks(sentence)) is not None]


def _asks(sentence: str) -> bool | None:
    words = [normal(word) for word in WORD.findall(REMARK.sub(" ", sentence))]
    if any(_INVITES.match(" ".join(words[start:])) for start in range(min(3, len(words)))):
        return True
    if "?" not in sentence or not words:
        return None
    decisive = next((word for word in words[:_LOOK] if word in _OPEN | _CLOSED), "")
    return decisive in _OPEN


def _turns(utterances: Iterable[Utterance], *, role: str) -> Iterator[list[Utterance]]:
    for speaker, said in groupby(utterances, key=lambda each: each.role):
        if speaker == role:
            yield list(said)


def _turn(turn: Sequence[Utterance]) -> tuple[int, int, int | None]:
    first, last = turn[0], turn[-1]
    timed = first.start_ms is not None and last.end_ms is not None
    lasted = last.end_ms - first.start_ms if timed else None  # type: ignore[operator]  # both are there
    return sum(words_in(each.text) for each in turn), first.number, lasted


def _gaps(utterances: Sequence[Utterance]) -> Iterator[tuple[int, str]]:
    """Find the silences, each with who spoke after it."""
    for before, after in pairwise(utterances):
        if before.end_ms is None or after.start_ms is None:
            continue
        gap = after.start_ms - before.end_ms
        if gap >= SILENCE_MS:
            yield gap, after.role
