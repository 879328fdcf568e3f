"""An authenticator app: what a person's phone would show."""

import re
import time
from typing import Any

from allauth.core import context
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.http import HttpRequest
from django.test import Client as Browser
from django.urls import reverse

from coaching.models import User

PERIOD = 30


def code_of(secret: str) -> str:
    """Show the code of this moment."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD))


def set_up(browser: Browser) -> str:
    """Set the app up in a browser that is signed in and confirmed; return its secret."""
    page = browser.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.findall(r'value="([A-Z2-7]{32})"', page)[0]
    answer = browser.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def give(user: User) -> tuple[str, list[str]]:
    """Give somebody the app and recovery codes without their doing; return the secret and the codes."""
    request = HttpRequest()
    request.user = user
    with context.request_context(request):
        secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
        TOTP.activate(user, secret)
        return secret, RecoveryCodes.activate(user).generate_codes()


def sign_in(browser: Browser, user: User, password: str) -> Any:
    """Fill the sign-in page in."""
    return browser.post(reverse("account_login"), {"login": user.email, "password": password})
