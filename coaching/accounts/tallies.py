"""
Django's cache in PostgreSQL, for what every process must agree on and no restart may forget.

allauth counts failed sign-ins here, and remembers used codes. There is no way to do without: while the
database is away nobody signs in anyway. Nothing that has not run out is ever dropped to make room.
"""

import hashlib
import json
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection
from django.db.models import DateTimeField, Func

from coaching.models import Tally

_STORE = """
INSERT INTO coaching_tally (key, value, expires_at)
VALUES (%s, %s, clock_timestamp() + make_interval(secs => %s))
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""


_UNLESS_FRESH = "WHERE coaching_tally.expires_at <= clock_timestamp()"


class ClockTime(Func):
    """The database's time now, not that of the transaction's beginning."""

    function = "clock_timestamp"
    output_field = DateTimeField()


class TallyCache(BaseCache):
    """The few verbs that are used. Times are the database's, values JSON, keys digests."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Store it unless it is there. One statement, so of two at once only one is told True."""
        return self._store(_STORE + _UNLESS_FRESH, key, value, timeout, version)

    def set(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Store it, whatever is there."""
        self._store(_STORE, key, value, timeout, version)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Read what was stored and has not run out."""
        fresh = Tally.objects.filter(key=self._digest(key, version), expires_at__gt=ClockTime())
        value = fresh.values_list("value", flat=True).first()
        return default if value is None else value

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forget it."""
        return bool(Tally.objects.filter(key=self._digest(key, version)).delete()[0])

    def clear(self) -> None:
        """Forget everything."""
        Tally.objects.all().delete()

    def _store(self, statement: str, key: Any, value: Any, timeout: Any, version: int | None) -> bool:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        with connection.cursor() as cursor:
            cursor.execute(statement, [self._digest(key, version), json.dumps(value), seconds])
            return bool(cursor.rowcount)

    def _digest(self, key: Any, version: int | None) -> str:
        return hashlib.sha256(self.make_key(key, version=version).encode()).hexdigest()
