"""Reading a transcript, and searching in one session and across a client's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.models import Client, CoachingSession, Speaker, Transcript, Utterance

PART = 1_000
"""Utterances on one page of the reader: two hours of talk and more."""
MOST_HITS = 200
"""Of a search across sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One utterance as the reader shows it."""

    utterance: Utterance
    role: str
    who: str
    """How the coach calls who speaks; "" when nobody is named."""
    marked: str
    """The text with what was searched for between marks; "" where it is not in it."""
    is_new_voice: bool


@require_GET
@coach_required
def transcript_reader(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Show what was said, a part at a time, with what is searched for marked in it."""
    session = get_object_or_404(CoachingSession.objects.with_client(), pk=session_id)
    transcript = get_object_or_404(Transcript.objects.of_session(session).read().without_file())
    words = _words(request)
    hits = _hits(session, words)
    at = _number(request.GET.get("u")) or next(iter(hits), 1)
    part = min(max(at - 1, 0) // PART, max(transcript.utterance_count - 1, 0) // PART)
    context = {
        "session": session,
        "client": session.client,
        "transcript": transcript,
        "now": timezone.now(),
        "q": words,
        "hits": list(hits),
        "lines": _lines(session, part, hits),
        "parts": _parts(transcript, part),
    }
    return TemplateResponse(request, "coaching/transcript.html", context)


@require_GET
@coach_required
def client_transcripts(request: CoachRequest, client_id: UUID) -> HttpResponse:
    """Search through everything that was said in a client's sessions."""
    client = get_object_or_404(Client.objects, pk=client_id)
    words = _words(request)
    found = _found(client, words)
    read = Transcript.objects.filter(client=client).read().without_file().select_related("session")
    context = {
        "client": client,
        "now": timezone.now(),
        "q": words,
        "count": min(len(found), MOST_HITS),
        "is_cut": len(found) > MOST_HITS,
        "groups": [
            {"session": session, "hits": [(hit, _who(hit.speaker, client)) for hit in hits]}
            for session, hits in groupby(found[:MOST_HITS], key=lambda hit: hit.session)
        ],
        "transcripts": read.order_by("-session__starts_at"),
    }
    return TemplateResponse(request, "coaching/client_transcripts.html", context)


def _words(request: CoachRequest) -> str:
    # PostgreSQL takes no NUL in a string.
    return request.GET.get("q", "").replace("\0", "").strip()[:200]


def _hits(session: CoachingSession, words: str) -> dict[int, str]:
    """Find what is searched for: by the utterance's number, its text with marks."""
    if not words:
        return {}
    found = Utterance.objects.of_session(session).search(words).marked(words)
    return {hit.number: hit.headline for hit in found}


def _found(client: Client, words: str) -> list[Utterance]:
    """Find what is searched for in all sessions, one more than are shown."""
    if not words:
        return []
    return list(Utterance.objects.of_client(client).search(words).marked(words)[: MOST_HITS + 1])


def _lines(session: CoachingSession, part: int, hits: Mapping[int, str]) -> list[Line]:
    shown = Utterance.objects.of_session(session).filter(
        number__gt=part * PART, number__lte=(part + 1) * PART
    )
    client = session.client
    lines: list[Line] = []
    before: UUID | None = None
    for each in shown:
        is_new = each.speaker_id != before
        before = each.speaker_id
        lines.append(
            Line(
                utterance=each,
                role=each.speaker.role,
                who=_who(each.speaker, client),
                marked=hits.get(each.number, ""),
                is_new_voice=is_new,
            )
        )
    return lines


def _who(speaker: Speaker, client: Client) -> str:
    known = {Speaker.Role.COACH: "You", Speaker.Role.CLIENT: client.short_name}
    return known.get(Speaker.Role(speaker.role), speaker.label)


def _parts(transcript: Transcript, current: int) -> Sequence[Mapping[str, Any]]:
    """List the pages of the reader; none where one holds everything."""
    count = -(-transcript.utterance_count // PART)
    if count < 2:
        return []
    return [
        {"number": part + 1, "first": part * PART + 1, "is_current": part == current} for part in range(count)
    ]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else None
