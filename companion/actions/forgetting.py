"""What was made out of a client's words, and how it is deleted: the client's consent or a session is gone."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from coaching.models import Client, CoachingSession
from coaching.withdrawals import Derived
from companion.models import Claim, ClientKnowledge, SessionAnalysis, SessionIntelligence


def derived(client: Client) -> Sequence[Derived]:
    """List what was made out of the words of one client's sessions."""
    return [
        Derived(what="session analysis,session analyses", count=_analysed(client).count()),
        Derived(what="statement,statements", count=Claim.objects.filter(client=client).count()),
        Derived(what="remembered fact,remembered facts", count=_facts(client=client).count()),
    ]


def forget_client(*, client: Client) -> None:
    """Delete everything that was made out of the words of one client's sessions."""
    _forget(Q(client=client))
    _facts(client=client).delete()


def forget_session(*, session: CoachingSession) -> None:
    """Delete everything that was made out of the words of one session."""
    _forget(Q(session=session))
    _facts(source_id=session.pk).delete()


def _forget(whose: Q) -> None:
    # Claims and their evidence go with it; loops of other sessions forget that they were seen here.
    SessionIntelligence.objects.filter(whose).delete()
    SessionAnalysis.objects.filter(whose).delete()


def _analysed(client: Client) -> Any:
    return SessionIntelligence.objects.filter(client=client)


def _facts(**whose: Any) -> Any:
    return ClientKnowledge.objects.filter(source_kind=ClientKnowledge.Source.SESSION, **whose)
