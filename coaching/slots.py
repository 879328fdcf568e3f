"""
Places on the practice's pages that apps on higher floors may fill.

The practice knows no AI, so it asks nobody by name: a higher app calls `fill` in its `ready()`. A part's
function gets the request and the page's object and answers the template's context, or None to show nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from coaching.accounts.http import CoachRequest
from coaching.models import Client, CoachingSession

Place = Literal["client-detail", "session-detail"]
ContextOf = Callable[[CoachRequest, Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something to show in a place: `template` is included with `part` set to its context."""

    template: str
    context: Any


_filled: dict[Place, list[tuple[str, ContextOf]]] = {"client-detail": [], "session-detail": []}


def fill(place: Place, *, template: str, context: ContextOf) -> None:
    """Show this template in this place, below those that are there already. Twice is the same as once."""
    if (template, context) not in _filled[place]:
        _filled[place].append((template, context))


def parts_of(place: Place, request: CoachRequest, subject: Client | CoachingSession) -> list[Part]:
    """Collect what is to be shown here about this client or session."""
    found = ((template, context(request, subject)) for template, context in _filled[place])
    return [Part(template=template, context=context) for template, context in found if context is not None]
