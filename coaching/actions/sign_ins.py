"""What happens to sign-ins: one is ended, old ones are forgotten, a lost second step is taken away."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from coaching.accounts import audit
from coaching.models import Tally, User


def end_session(*, user: User, session: UserSession) -> None:
    """Sign one browser out."""
    session.end()
    audit.note("sign_in.ended", user_id=user.pk)


@transaction.atomic
def forget_second_step(*, user: User) -> int:
    """Take away the second step that somebody lost and sign them out everywhere; return how many it was."""
    _, removed = Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    audit.note("second_step.forgotten", user_id=user.pk)
    return int(removed.get("mfa.Authenticator", 0))


def forget_old(*, now: datetime) -> None:
    """Drop sessions and tallies that have run out."""
    Session.objects.filter(expire_date__lt=now).delete()
    Tally.objects.filter(expires_at__lt=now).delete()
