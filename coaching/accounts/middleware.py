"""Which practice a request works in, and the door around its view."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from coaching.models import CoachingProfile
from journeyloop.tenancy import tenant

GetResponse = Callable[[HttpRequest], HttpResponse]


class CoachOfRequest:
    """
    Set `request.coach` and run the view inside that coach's tenant.

    A view that raises, or answers 5xx, leaves nothing behind.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open the tenant around everything further in."""
        coach = coach_of(request)
        request.coach = coach  # type: ignore[attr-defined] # declared by accounts.http.CoachRequest
        if coach is None:
            return self.get_response(request)
        with tenant(coach.pk):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:  # noqa: ARG002
        """Undo what a failed view wrote; Django turns the exception into a page further out."""
        if getattr(request, "coach", None) is not None:
            transaction.set_rollback(True)


coach_of_request = CoachOfRequest


def coach_of(request: HttpRequest) -> CoachingProfile | None:
    """Find the active coach who is signed in, if one is."""
    if not request.user.is_authenticated:
        return None
    active = CoachingProfile.objects.filter(user=request.user.pk, status=CoachingProfile.Status.ACTIVE)
    return active.first()
