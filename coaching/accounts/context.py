"""What every page's frame shows about the person who is signed in. Costs no query."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from coaching.accounts.second_step import is_missing
from coaching.demo import PASSWORD, SIGN_INS
from coaching.models import User


def people(request: HttpRequest) -> dict[str, Any]:
    """Say what they have yet to set up, and in development the demo sign-ins."""
    user = getattr(request, "user", None)
    return {
        "must_add_second_step": isinstance(user, User) and is_missing(user),
        "zone_unconfirmed": isinstance(user, User) and user.time_zone_confirmed_at is None,
        "demo_sign_ins": SIGN_INS if settings.DEBUG else (),
        "demo_password": PASSWORD if settings.DEBUG else "",
    }
