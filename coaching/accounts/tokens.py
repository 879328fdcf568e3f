"""
Bearer tokens: `jl_<prefix>_<secret>`.

The prefix finds the row; only the SHA-256 of the whole token is stored. A plain digest is enough because the
secret is 256 random bits, which nobody guesses.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.db.models import Q

from coaching.accounts import audit
from coaching.models import ApiKey, CoachingProfile

SCOPES = ("companion",)
"""What a key may be used for; so far there is one API."""
TEST_SCOPE = "companion:test"
"""Besides, to put the companion into a state for a test. Only `create_api_key --for-tests` gives it."""
USED_EVERY = timedelta(minutes=1)
"""How exact `last_used_at` is: a busy script costs one write a minute, not one a request."""
_PREFIX_BYTES, _SECRET_BYTES = 6, 32


def make_key(*, owner: CoachingProfile, name: str, scopes: list[str], now: datetime) -> tuple[ApiKey, str]:
    """Make a key and return it with its token, which cannot be shown again."""
    prefix = secrets.token_hex(_PREFIX_BYTES)
    raw = f"jl_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    key = ApiKey.objects.create(
        owner=owner, name=name, prefix=prefix, digest=_digest(raw), scopes=scopes, created_at=now
    )
    audit.note("api_key.made", user_id=owner.user_id, object_id=key.pk)
    return key, raw


def revoke_key(*, key: ApiKey, now: datetime) -> None:
    """Refuse this key from now on. Doing it twice keeps the first time."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        audit.note("api_key.revoked", user_id=key.owner.user_id, object_id=key.pk)


def coach_for_token(raw: str, *, now: datetime) -> CoachingProfile | None:
    """Find whose token this is; None when it is wrong, revoked, or its owner may not sign in."""
    key = _key_for(raw)
    if key is None or not hmac.compare_digest(key.digest, _digest(raw)):
        return None
    _remember_use(key, now)
    return key.owner


def prefix_of(raw: str) -> str:
    """Read the part that finds the row; empty when this is no token of ours."""
    scheme, _, rest = raw.partition("_")
    prefix, _, secret = rest.partition("_")
    return prefix if scheme == "jl" and secret and "\0" not in raw else ""


def _key_for(raw: str) -> ApiKey | None:
    prefix = prefix_of(raw)
    if not prefix:
        return None
    usable = ApiKey.objects.filter(
        prefix=prefix,
        revoked_at=None,
        owner__status=CoachingProfile.Status.ACTIVE,
        owner__user__is_active=True,
    )
    return usable.select_related("owner__user").first()


def _remember_use(key: ApiKey, now: datetime) -> None:
    if key.last_used_at and now - key.last_used_at < USED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USED_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()
