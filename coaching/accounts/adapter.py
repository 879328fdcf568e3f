"""Where allauth asks us: its refusals in our words, and when it must ask who somebody is."""

import time
from typing import Any, ClassVar

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.core.exceptions import ValidationError

TOO_OFTEN = {"too_many_login_attempts", "rate_limited"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """What people read when signing in or up does not work."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is closed. Whoever runs this site can open it again.",
        "email_password_mismatch": "This email address and password do not belong together. "
        "Please try again, or have a code sent to you instead.",
        "enter_current_password": "Please write your present password.",
        "incorrect_code": "This is not the code that we sent. Please check it, or ask for a new one.",
        "incorrect_password": "This is not your present password. Please try again.",
        "invalid_or_expired_key": "This link is used up or too old. Please ask for a new one.",
        "invalid_password_reset": "This link is used up or too old. Please ask for a new one.",
        "same_as_current": "This is what it was before. Please choose something new.",
        "duplicate_email": "This address is already yours here.",
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Give the words for a form; for what came too often answer 429, with one page for every case."""
        if code in TOO_OFTEN:
            raise ImmediateHttpResponse(respond_429(self.request))
        error: ValidationError = super().validation_error(code, *args)
        return error

    def is_reauthentication_required(self, *, app: str, **named: Any) -> bool:
        """Ask again who it is, unless they signed in a moment ago."""
        return super().is_reauthentication_required(app=app, **named) and not self._has_just_signed_in()

    def _has_just_signed_in(self) -> bool:
        records = get_authentication_records(self.request, self.request.user)
        return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
