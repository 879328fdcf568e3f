"""
What is forgotten goes from all that the companion has said: its answers, those it was stopped in, its notices
and refusals, and its proposals as far as they are not the coach's own by now. What the coach said stays.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from companion.engine.capabilities import Taint
from companion.models import Message, Notification, Proposal, Turn

SHORTEST = 12
"""Characters. Shorter words are anybody's, and stand in too many places to be taken out of them."""
MAY_HOLD_A_CLIENTS_WORDS = Q(taint__gte=Taint.CLIENT) | ~Q(status=Turn.Status.DONE)
"""Of a turn that came to no end nobody knows what it had read."""


def worth_seeking(words: Iterable[str]) -> list[str]:
    """Keep those that are long enough, the longest first: one may stand within another."""
    return sorted({each for each in words if len(each) >= SHORTEST}, key=len, reverse=True)


def blot_out(words: Iterable[str], *, mark: str, where: Q | None = None) -> None:
    """
    Put a mark wherever these very words stand, in what came of the turns that `where` chooses.

    A turn under way is left to end: it holds its own row.
    """
    sought = worth_seeking(words)
    turns = Turn.objects.exclude(status__in=Turn.UNFINISHED).filter(where or Q())
    theirs = Q(turn__in=turns) | Q(turn=None)
    answers = Message.objects.filter(theirs, role=Message.Role.COMPANION)
    proposals = Proposal.objects.filter(theirs).exclude(status=Proposal.Status.CONFIRMED)
    said: Sequence[tuple[Any, Sequence[str]]] = (
        (answers, ["text"]),
        (turns, ["partial_text"]),
        (Notification.objects.filter(theirs), ["text"]),
        (proposals, ["title", "text", "reason"]),
    )
    for rows, columns in said:
        for column in columns:
            _blot(rows, column, sought, mark)
    refused = turns.annotate(refused=Cast("refusals", TextField()))
    for turn in refused.filter(_any_in("refused", map(_in_json, sought))):
        turn.refusals = [{**each, "why": _without(each["why"], sought, mark)} for each in turn.refusals]
        turn.save(update_fields=["refusals"])


def _blot(rows: Any, column: str, sought: Sequence[str], mark: str) -> None:
    # A mark may be longer than what it stands for.
    room = rows.model._meta.get_field(column).max_length
    for row in rows.filter(_any_in(column, sought)):
        setattr(row, column, _without(getattr(row, column), sought, mark)[:room])
        row.save(update_fields=[column])


def _any_in(column: str, sought: Iterable[str]) -> Q:
    found = Q(pk=None)
    for words in sought:
        found |= Q(**{f"{column}__contains": words})
    return found


def _without(text: str, sought: Iterable[str], mark: str) -> str:
    for words in sought:
        text = text.replace(words, mark)
    return text


def _in_json(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)[1:-1]
