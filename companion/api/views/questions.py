"""The companion's small questions: answered in the conversation, or set aside."""

from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from companion.actions import interactions
from companion.actions.interactions import AnswerError
from companion.api import threads
from companion.api.views.chat import say
from companion.api.views.fragments import tell_turn, turns_response
from companion.models import MicroInteraction


@require_POST
@coach_required
def answer(request: CoachRequest, question_id: UUID) -> HttpResponse:
    """Take an answer and say it as the coach's message; what does not fit comes back with the reason."""
    question = _question(question_id)
    text = request.POST.get("answer", "")
    try:
        words = interactions.answer(interaction=question, answer=text, now=timezone.now())
    except AnswerError as error:
        card = replace(threads.one(question.turn), question_error=str(error), question_text=text)
        return turns_response(request, card, status=422)
    said = say(request, words, request_key=f"question-{question.pk}")
    tell_turn(request, question.turn)
    return turns_response(request, threads.one(question.turn), threads.just_said(said.message, said.turn))


@require_POST
@coach_required
def set_aside(request: CoachRequest, question_id: UUID) -> HttpResponse:
    """Leave a question unanswered."""
    question = _question(question_id)
    interactions.set_aside(interaction=question, now=timezone.now())
    tell_turn(request, question.turn)
    return turns_response(request, threads.one(question.turn))


def _question(question_id: UUID) -> MicroInteraction:
    found: MicroInteraction = get_object_or_404(
        MicroInteraction.objects.select_related("turn"), pk=question_id
    )
    return found
