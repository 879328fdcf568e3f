"""Every statement about a client's consent, and the gate that asks for it."""

from datetime import datetime

import structlog
from django.db import transaction

from coaching import withdrawals
from coaching.consents import Purpose
from coaching.models import Client, Consent, Standing, User
from coaching.models.consents import standings_of

log = structlog.get_logger(__name__)


class NoConsentError(Exception):
    """This client has not agreed to that. Its words say so to the coach; `purpose` names what."""

    def __init__(self, client: Client, standing: Standing) -> None:
        super().__init__(words_without(client, standing))
        self.purpose = standing.purpose


@transaction.atomic
def record(*, client: Client, purpose: Purpose, given: bool, method: str, by: User, now: datetime) -> Consent:
    """
    Keep what a client said about one purpose, in today's wording; a no stops the work that rests on it.

    Saying again what already stands, in the same way, adds nothing.
    """
    _hold(client)
    standing = standings_of(client)[purpose]
    if not given:
        withdrawals.stop_work(purpose, client=client, now=now)
    if standing.last and _says_the_same(standing.last, standing, given, method):
        return standing.last
    statement = Consent(
        client=client,
        purpose=purpose,
        given=given,
        version=standing.wording.version,
        text=standing.wording.text,
        actor=Consent.Actor.CLIENT if by.pk == client.user_id else Consent.Actor.COACH,
        by=by,
        method=method,
        at=now,
    )
    statement.save()
    log.info("consent.recorded", client=str(client.pk), purpose=purpose, given=given, by=str(by.pk))
    return statement


@transaction.atomic
def require(*, client: Client, purpose: Purpose) -> None:
    """
    Raise NoConsentError unless this client has agreed, and let no withdrawal in before the transaction ends.

    Ask before touching rows of the work itself: a withdrawal takes the client first and the work second.
    """
    _hold(client)
    standing = standings_of(client)[purpose]
    if not standing.given:
        raise NoConsentError(client, standing)


def stands(*, client: Client, purpose: Purpose) -> bool:
    """Say whether this client has agreed, for deciding whether to ask for work that will ask again."""
    return standings_of(client)[purpose].given


def may_quote(client: Client) -> bool:
    """Say whether this client's own words may be quoted when a session is prepared."""
    return standings_of(client)[Purpose.QUOTES_IN_PREP].given


def delete_derived(*, client: Client, purpose: Purpose, by: User, now: datetime) -> None:
    """Delete what was made out of this client's words under a consent that no longer stands."""
    withdrawals.delete_derived(purpose, client=client, by=by, now=now)
    log.info("consent.derived_deleted", client=str(client.pk), purpose=purpose, by=str(by.pk))


def words_without(client: Client, standing: Standing) -> str:
    """Say in a sentence why something may not be done."""
    if standing.is_asked_again:
        return f"{client.short_name} has to be asked again because {standing.wording.asked_again}."
    if standing.last:
        return f"{client.short_name} said no to {standing.wording.deed}."
    return f"{client.short_name} has not been asked about {standing.wording.deed}."


def _hold(client: Client) -> None:
    """Let statements about one client, and what rests on them, happen one after the other."""
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)


def _says_the_same(last: Consent, standing: Standing, given: bool, method: str) -> bool:
    return (last.given, last.method, last.version) == (given, method, standing.wording.version)
