"""Getting to know each other: leave a question out, or go through them again."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from companion.actions import bootstrapping, contexts
from companion.api import threads
from companion.api.views.chat import say
from companion.api.views.fragments import tell_main_panel, turns_response
from companion.engine import bootstrap as rules
from companion.models import CompanionContext


@require_POST
@coach_required
def skip(request: CoachRequest) -> HttpResponse:
    """Leave a topic out. If it is the one being asked, say so, and the companion asks the next."""
    try:
        topic = rules.topic(request.POST.get("topic", ""))
    except rules.UnknownTopicError as error:
        raise Http404 from error
    following = rules.next_topic(bootstrapping.situation().topics)
    bootstrapping.skip_topic(key=topic.key)
    return _moved_on(request, f"Let us leave out “{topic.name}”.", says=following == topic)


@require_POST
@coach_required
def again(request: CoachRequest) -> HttpResponse:
    """Go through the questions once more; what is set stays set until something new is confirmed."""
    says = not bootstrapping.is_running()
    if says:
        bootstrapping.start_again(by=request.user, now=timezone.now())
    return _moved_on(request, "Let us go through the questions again.", says=says)


def _moved_on(request: CoachRequest, words: str, *, says: bool) -> HttpResponse:
    cards = []
    if says:
        said = say(request, text=words)
        cards.append(threads.just_said(said.message, said.turn))
    contexts.touch("main")
    tell_main_panel(request, CompanionContext.objects.get())
    return turns_response(request, *cards)
