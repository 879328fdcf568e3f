"""The coach says something: POST /api/v1/companion/chat/, from a form, from htmx, or as JSON."""

import json
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from companion.actions import conversations, interactions, provisioning
from companion.actions.conversations import MessageError, NoCompanionError, Said
from companion.actions.interactions import AnswerError, Words
from companion.api import threads
from companion.api.rest.errors import answer
from companion.api.views import page
from companion.api.views.fragments import tell_turn, turns_response
from companion.engine.response import storable
from companion.models import MicroInteraction
from companion.scheduling import queue
from journeyloop.failpoints import failpoint


class KeyReusedError(Exception):
    """A program sent other words under a key that it has used."""


class UnreadableRequestError(Exception):
    """The body is not what this address takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a request wants to say."""

    text: str
    request_key: str | None
    question: UUID | None = None
    """The question that it answers; the answer is then what is said."""


@require_POST
@coach_required
def chat(request: CoachRequest) -> HttpResponse:
    """Store a message and the turn that will answer it; 202, because the answer comes as an event."""
    text = ""
    try:
        wish = _wish(request)
        text = wish.text
        said = say(request, _answered(wish), request_key=wish.request_key)
    except (UnreadableRequestError, MessageError, AnswerError) as error:
        return _refusal(request, str(error), text=text)
    except KeyReusedError as error:
        return answer(409, code="key_reused", message=str(error))
    return _accepted(request, said)


def say(request: CoachRequest, words: Words, *, request_key: str | None = None) -> Said:
    """Say this for the coach, tell their other tabs, and wake a worker. Raises MessageError."""
    said = _said(request, words, request_key)
    if not said.is_new and said.message.text != conversations.checked(words.text):
        if request.content_type == "application/json":
            raise KeyReusedError("This request_key came with another message before. Use a new one.")
        # A browser may bring back an old form's key; other words are another message.
        said = _said(request, words, None)
    if said.is_new:
        tell_turn(request, said.turn)
        queue.ring(said.turn.pk)
    failpoint("chat.stored")
    return said


def _said(request: CoachRequest, words: Words, request_key: str | None) -> Said:
    wish = partial(conversations.say, text=words.text, taint=words.taint, request_key=request_key)
    try:
        return wish()
    except NoCompanionError:
        provisioning.provision(coach=request.coach)
        return wish()


def _wish(request: CoachRequest) -> Wish:
    data = _json(request) if request.content_type == "application/json" else request.POST
    text, key = data.get("message", ""), data.get("request_key") or None
    if not isinstance(text, str) or not isinstance(key, str | None) or not _is_key(key or ""):
        raise UnreadableRequestError("`message` and `request_key` are text; a key has 64 characters at most.")
    return _as_answer(data.get("interaction_response"), key) or Wish(text=storable(text), request_key=key)


def _is_key(key: str) -> bool:
    return len(key) <= 64 and key.isprintable()


def _json(request: CoachRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise UnreadableRequestError("The body is not JSON.") from error
    if not isinstance(data, dict):
        raise UnreadableRequestError("The body is not a JSON object.")
    return data


def _as_answer(response: object, key: str | None) -> Wish | None:
    """Read `interaction_response`: `{"id": …, "answer": …}`."""
    if not response:
        return None
    try:
        question, answer = UUID(response["id"]), response["answer"]  # type: ignore[index] # what does not fit is caught
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableRequestError("`interaction_response` needs an `id` and an `answer`.") from error
    return Wish(text=str(answer), request_key=key, question=question)


def _answered(wish: Wish) -> Words:
    """Take an answer to a question, which gives the words that are said. Raises AnswerError."""
    if wish.question is None:
        return Words(wish.text)
    question = get_object_or_404(MicroInteraction.objects.select_related("turn"), pk=wish.question)
    return interactions.answer(interaction=question, answer=wish.text, now=timezone.now())


def _accepted(request: CoachRequest, said: Said) -> HttpResponse:
    if request.htmx or _is_form_of_a_page(request):
        return turns_response(request, threads.just_said(said.message, said.turn), status=202)
    return JsonResponse({"status": "processing", "job_id": str(said.turn.pk)}, status=202)


def _refusal(request: CoachRequest, words: str, *, text: str) -> HttpResponse:
    if _is_form_of_a_page(request) and not request.htmx:
        return page.show(request, draft=text, error=words, status=422)
    error = {"code": "message_refused", "message": words, "details": {}}
    return JsonResponse({"error": error}, status=422)


def _is_form_of_a_page(request: CoachRequest) -> bool:
    """Whether a browser posted the form itself, without script."""
    return "text/html" in request.headers.get("accept", "")
