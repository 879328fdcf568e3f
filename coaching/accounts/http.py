"""The request as views see it: typed, with the coach already found."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from coaching.models import CoachingProfile, User


class UserRequest(HttpRequest):
    """A request of somebody who is signed in; `coach` is None for clients and operators."""

    user: User
    htmx: HtmxDetails
    coach: CoachingProfile | None


class CoachRequest(UserRequest):
    """A request of a coach, inside their tenant. `coach_required` makes sure of it."""

    coach: CoachingProfile
