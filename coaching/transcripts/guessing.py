"""Who is probably who: a first guess for the coach to confirm."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

Role = Literal["coach", "client", "other", "unknown"]

_COACHES = frozenset(
    {"coach", "therapist", "counsellor", "counselor", "interviewer", "facilitator", "mentor"}
)
_CLIENTS = frozenset({"client", "patient", "interviewee", "mentee", "coachee"})


def guess_roles(labels: Sequence[str], *, coach: str, client: str) -> Mapping[str, Role]:
    """Say for each label who it may be; of two people, one that is known makes the other known too."""
    found: dict[str, Role] = {label: _guess(label, coach, client) for label in labels}
    named = [label for label in labels if label]
    if len(named) == 2:
        first, second = named
        for known, other in ((first, second), (second, first)):
            if found[other] == "unknown" and found[known] in {"coach", "client"}:
                found[other] = "client" if found[known] == "coach" else "coach"
    return found


def _guess(label: str, coach: str, client: str) -> Role:
    words = _words(label)
    scores: dict[Role, int] = {
        "coach": _score(words, coach, _COACHES),
        "client": _score(words, client, _CLIENTS),
    }
    best: Role = max(scores, key=lambda role: scores[role])
    return best if scores[best] and scores["coach"] != scores["client"] else "unknown"


def _score(words: Sequence[str], name: str, roles: frozenset[str]) -> int:
    if roles & set(words):
        return 2
    theirs = _words(name)
    shared = len(set(words) & set(theirs))
    # A first name alone is a good sign, a family name alone is not: families share it.
    return 2 * shared + 1 if words and theirs and (words[0] == theirs[0] or shared > 1) else 0


def _words(name: str) -> list[str]:
    """Split a name, without case and accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(each if each.isalnum() else " " for each in plain if not unicodedata.combining(each))
    return letters.split()
