"""
The record of what happened around accounts: ids and kinds, added to and never rewritten.

Most of it is done by Django and allauth, which tell of it by signals only; nothing but this record hangs on
them.
"""

from typing import Any
from uuid import UUID

import structlog
from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from coaching.models import AccountEvent, User

log = structlog.get_logger(__name__)


def note(deed: str, *, user_id: UUID, object_id: UUID | None = None, detail: str = "") -> AccountEvent:
    """Write down one deed beside it. A kind or a key, never anybody's words."""
    log.info("account.event", deed=deed, user=str(user_id), detail=detail)
    return AccountEvent.objects.create(user_id=user_id, deed=deed, object_id=object_id, detail=detail)


def listen() -> None:
    """Hear of what Django and allauth do."""
    account.user_logged_in.connect(_signed_in)
    account.login_code_rejected.connect(_code_rejected)
    auth.user_login_failed.connect(_sign_in_failed)
    auth.user_logged_out.connect(_signed_out)
    mfa.authentication_failed.connect(_second_step_failed)
    for signal, deed in _OF_A_USER.items():
        signal.connect(_noter(deed), weak=False)


_OF_A_USER = {
    account.user_signed_up: "account.made",
    account.password_set: "password.changed",
    account.password_changed: "password.changed",
    account.password_reset: "password.reset",
    account.email_added: "email.added",
    account.email_removed: "email.removed",
    account.email_changed: "email.changed",
    account.email_confirmed: "email.confirmed",
    mfa.authenticator_added: "second_step.added",
    mfa.authenticator_removed: "second_step.removed",
    mfa.authenticator_reset: "second_step.renewed",
}


def _noter(deed: str) -> Any:
    def receive(sender: Any, *, signal: Any, **told: Any) -> None:
        subject = told.get("authenticator") or told.get("email_address")
        user = told.get("user") or subject.user  # type: ignore[union-attr] # one of them is always told
        note(deed, user_id=user.pk, detail=subject.type if isinstance(subject, Authenticator) else "")

    return receive


def _signed_in(sender: Any, *, request: HttpRequest, user: User, **_: Any) -> None:
    methods = [record["method"] for record in get_authentication_records(request, user)]
    note("sign_in.done", user_id=user.pk, detail="+".join(methods))


def _sign_in_failed(sender: Any, *, credentials: dict[str, Any], **_: Any) -> None:
    # An address that nobody has is nobody's event; the request's own line tells of the try.
    user = User.objects.filter(email__iexact=credentials.get("email") or "").first()
    if user is not None:
        note("sign_in.failed", user_id=user.pk, detail="password")


def _code_rejected(sender: Any, *, user: User, **_: Any) -> None:
    note("sign_in.failed", user_id=user.pk, detail="code")


def _second_step_failed(sender: Any, *, user: User, authenticator: Authenticator, **_: Any) -> None:
    note("second_step.failed", user_id=user.pk, detail=authenticator.type)


def _signed_out(sender: Any, *, user: User | None, **_: Any) -> None:
    if user is not None:
        note("sign_out.done", user_id=user.pk)
