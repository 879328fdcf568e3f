"""The one door to tenant rows. Knows ids only, never models."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

# A process that freezes in the middle of a transaction must not keep its locks for ever. And what is prepared
# is planned once for everybody: left to choose, PostgreSQL would plan a recall anew each time for whoever has
# less than most.
_SET = """
SELECT set_config('app.coach', %s, true), set_config('app.client', %s, true),
       set_config('idle_in_transaction_session_timeout', '15s', true),
       set_config('plan_cache_mode', 'force_generic_plan', true)
"""


class NoTenantError(Exception):
    """Tenant rows were asked for outside `with tenant(…)`."""


class TenantMismatchError(Exception):
    """One tenant's block tried to open another tenant's door."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """Whose rows are open: a coach's, or only one client's within that coach's practice."""

    coach_id: UUID
    client_id: UUID | None = None


_open: ContextVar[Tenant | None] = ContextVar("open_tenant", default=None)


def current_tenant() -> Tenant:
    """Say whose rows are open. Raises NoTenantError when nobody's are."""
    opened = _open.get()
    if opened is None:
        raise NoTenantError("no tenant is open: wrap this in `with tenant(coach_id):`")
    return opened


@contextmanager
def tenant(coach_id: UUID, client_id: UUID | None = None) -> Iterator[None]:
    """
    Open one coach's rows for the length of one transaction.

    `set_config(…, true)` ends with the transaction, so a pooled connection carries nothing on.
    Opening the same door again is harmless; opening another raises TenantMismatchError.
    """
    wanted, opened = Tenant(coach_id, client_id), _open.get()
    if opened is not None and opened != wanted:
        raise TenantMismatchError(f"cannot open {wanted} while {opened} is open")
    if opened == wanted:
        yield
        return
    in_transaction = connection.in_atomic_block
    with transaction.atomic():
        _tell_postgres(wanted)
        token = _open.set(wanted)
        try:
            yield
        finally:
            _open.reset(token)
    if in_transaction:
        _tell_postgres(None)  # the outer transaction lives on; its next block must start closed


@contextmanager
def for_any_tenant(place: Any) -> Iterator[None]:
    """Let `readings` write statements with a place where the coach's id goes; nothing is sent meanwhile."""
    token = _open.set(Tenant(place))
    try:
        yield
    finally:
        _open.reset(token)


def _tell_postgres(who: Tenant | None) -> None:
    coach = str(who.coach_id) if who else ""
    client = str(who.client_id) if who and who.client_id else ""
    with connection.cursor() as cursor:
        cursor.execute(_SET, [coach, client])
