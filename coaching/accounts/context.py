"""What every page's frame shows about the person who is signed in. Costs no query."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from coaching.accounts.second_step import is_missing
from coaching.demo import PASSWORD, SIGN_INS
from coaching.models import User


def people(request: HttpRequest) -> dict[str, Any]:
    """Add the coach's name, the question about their time zone, and the demo sign-ins in development."""
    user = getattr(request, "user", None)
    is_coach = getattr(request, "coach", None) is not None
    return {
        "coach_name": user.short_name if is_coach and isinstance(user, User) else "",
        "must_add_second_step": isinstance(user, User) and is_missing(user),
        "zone_unconfirmed": isinstance(user, User) and user.time_zone_confirmed_at is None,
        "demo_sign_ins": SIGN_INS if settings.DEBUG else (),
        "demo_password": PASSWORD if settings.DEBUG else "",
    }
