"""What is remembered around signing in. Global rows: nobody's tenant is known yet."""

from django.db import models
from django.db.models.functions import Now

from journeyloop.ids import uuid7


class Tally(models.Model):
    """Something short-lived that every process must agree on: tries that failed, codes that were used."""

    key = models.CharField(max_length=64, primary_key=True)
    """SHA-256 of what it is about, hexadecimal: that may be an address or a code."""
    value = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class AccountEvent(models.Model):
    """One deed around an account. The application role can add rows, neither change nor delete them."""

    APPEND_ONLY = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    """Whose account; no reference, because the record outlives the account."""
    deed = models.CharField(max_length=48)
    """Noun and verb in the past: `sign_in.failed`, `api_key.made`."""
    object_id = models.UUIDField(null=True)
    detail = models.CharField(max_length=40, blank=True)
    """A kind, such as `totp`; never anybody's words."""
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["user_id", "-at"], name="account_newest")]

    def __str__(self) -> str:
        return self.deed
