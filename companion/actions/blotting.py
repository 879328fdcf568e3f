"""
What is forgotten goes from all that the companion has said: its answers, those it was stopped in, its notices
and its refusals. What the coach said stays.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from companion.models import Message, Notification, Turn

SHORTEST = 12
"""Characters. Shorter words are anybody's, and stand in too many places to be taken out of them."""


def worth_seeking(words: Iterable[str]) -> list[str]:
    """Keep those that are long enough, the longest first: one may stand within another."""
    return sorted({each for each in words if len(each) >= SHORTEST}, key=len, reverse=True)


def blot_out(words: Iterable[str], *, mark: str) -> None:
    """Put a mark wherever these very words stand. A turn under way is left to end: it holds its own row."""
    sought = worth_seeking(words)
    ended = Turn.objects.exclude(status__in=Turn.UNFINISHED)
    said: Sequence[tuple[Any, str]] = (
        (Message.objects.filter(role=Message.Role.COMPANION), "text"),
        (ended, "partial_text"),
        (Notification.objects.all(), "text"),
    )
    for rows, column in said:
        for row in rows.filter(any_in(column, sought)):
            setattr(row, column, _blotted(getattr(row, column), sought, mark))
            row.save(update_fields=[column])
    refused = ended.annotate(refused=Cast("refusals", TextField()))
    for turn in refused.filter(any_in("refused", map(_in_json, sought))):
        turn.refusals = [{**each, "why": _blotted(each["why"], sought, mark)} for each in turn.refusals]
        turn.save(update_fields=["refusals"])


def any_in(column: str, sought: Iterable[str]) -> Q:
    """Ask for rows that hold any of these words; for none of them where there are none."""
    found = Q(pk=None)
    for words in sought:
        found |= Q(**{f"{column}__contains": words})
    return found


def _blotted(text: str, sought: Iterable[str], mark: str) -> str:
    for words in sought:
        text = text.replace(words, mark)
    return text


def _in_json(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)[1:-1]
