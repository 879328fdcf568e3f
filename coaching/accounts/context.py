"""What every page's frame shows about the person who is signed in. Costs no query."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from coaching.demo import PASSWORD, SIGN_INS
from coaching.models import User


def people(request: HttpRequest) -> dict[str, Any]:
    """Add the coach's name, the question about their time zone, and the demo sign-ins in development."""
    user = getattr(request, "user", None)
    known = isinstance(user, User) and user.is_authenticated
    return {
        "coach_name": user.short_name if known and getattr(request, "coach", None) else "",
        "zone_unconfirmed": known and user.time_zone_confirmed_at is None,
        "demo_sign_ins": SIGN_INS if settings.DEBUG else (),
        "demo_password": PASSWORD if settings.DEBUG else "",
    }
