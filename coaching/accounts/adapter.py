"""allauth's refusals, in our words."""

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter


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
        "too_many_login_attempts": "That was not right several times in a row. Please wait five minutes.",
        "rate_limited": "That was a lot in a short time. Please wait a minute and try again.",
        "same_as_current": "This is what it was before. Please choose something new.",
        "duplicate_email": "This address is already yours here.",
    }
