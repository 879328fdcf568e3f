"""Getting to know each other: leave a question out, go back to one, begin a second round or end it."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from companion.actions import bootstrapping, contexts, told
from companion.actions.interactions import Words
from companion.api import threads
from companion.api.views.chat import say
from companion.api.views.fragments import tell, turns_response
from companion.engine import bootstrap as rules


@require_POST
@coach_required
def skip(request: CoachRequest) -> HttpResponse:
    """
    Leave a topic out. If it is the one being asked, say so, and the companion asks the next.

    A page that has not heard of an answer yet may still offer to skip it: the answer stays.
    """
    topic = _topic(request)
    topics = bootstrapping.situation().topics
    if any(state.key == topic.key and state.status == "answered" for state in topics):
        return _moved_on(request, [])
    following = rules.next_topic(topics)
    cards = _said(request, f"Let us leave out “{topic.name}”.") if following == topic else []
    bootstrapping.skip_topic(key=topic.key)
    return _moved_on(request, cards)


@require_POST
@coach_required
def reopen(request: CoachRequest) -> HttpResponse:
    """Go back to a topic that was answered or left out, while we are getting to know each other."""
    topic = _topic(request)
    cards = []
    if bootstrapping.is_running():
        cards = _said(request, f"Let us go back to “{topic.name}”.")
        bootstrapping.reopen_topic(key=topic.key)
    return _moved_on(request, cards)


@require_POST
@coach_required
def again(request: CoachRequest) -> HttpResponse:
    """Go through the questions once more; what is set stays set until something new is confirmed."""
    cards = []
    if not bootstrapping.is_running():
        cards = _said(request, "Let us go through the questions again.")
        bootstrapping.start_again(by=request.user, now=timezone.now())
    return _moved_on(request, cards)


@require_POST
@coach_required
def leave(request: CoachRequest) -> HttpResponse:
    """End a second round early; what is set stays set."""
    bootstrapping.leave(by=request.user)
    return _moved_on(request, [])


def _said(request: CoachRequest, words: str) -> list[threads.TurnCard]:
    """Say it before anything else changes: a turn that ends locks rows in the same order."""
    said = say(request, Words(words))
    return [threads.just_said(said.message, said.turn)]


def _topic(request: CoachRequest) -> rules.Topic:
    try:
        return rules.topic(request.POST.get("topic", ""))
    except rules.UnknownTopicError as error:
        raise Http404 from error


def _moved_on(request: CoachRequest, cards: list[threads.TurnCard]) -> HttpResponse:
    contexts.touch("main")
    tell(request, told.of_panel("main"))
    return turns_response(request, *cards)
