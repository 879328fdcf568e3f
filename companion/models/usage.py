"""What model calls cost: reserved before the call, settled after it, charged if nobody settles."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce, Now

from companion.models.conversation import Turn
from companion.models.errands import Errand
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet


class UsageQuerySet(TenantQuerySet["UsageEntry"]):
    """Reads over the open tenant's ledger."""

    def spent_since(self, since: datetime) -> models.QuerySet["UsageEntry", Any]:
        """Sum in `usd` what was settled, and what is reserved but not settled yet; no row for nothing."""
        cost = models.Sum(Coalesce("cost_usd", "reserved_usd"))
        return self.filter(reserved_at__gte=since).values("coach").annotate(usd=cost).values("usd")


class UsageEntry(TenantModel):
    """One call of a model: one attempt at a turn, or one part of an errand in one attempt."""

    SYSTEM_READS = (
        "id",
        "coach_id",
        "turn_id",
        "errand_id",
        "fence",
        "part",
        "model_name",
        "reserved_usd",
        "cost_usd",
        "input_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "output_tokens",
        "first_text_ms",
        "reserved_at",
        "settled_at",
    )

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, null=True, related_name="usage")
    errand = models.ForeignKey(Errand, on_delete=models.CASCADE, null=True, related_name="usage")
    fence = models.PositiveIntegerField()
    """The claim that made the call."""
    part = models.PositiveSmallIntegerField(default=0)
    """Which call of that attempt, from 0."""
    model_name = models.CharField(max_length=80)
    reserved_usd = models.DecimalField(max_digits=10, decimal_places=6)
    """The worst case."""
    cost_usd = models.DecimalField(max_digits=10, decimal_places=6, null=True)
    input_tokens = models.PositiveIntegerField(default=0)
    """All prompt tokens, cached ones included."""
    cache_read_tokens = models.PositiveIntegerField(default=0)
    cache_write_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    first_text_ms = models.PositiveIntegerField(null=True)
    """From the claim to the first text that the coach could read; NULL when there was none."""
    reserved_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(UsageQuerySet)()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["coach", "turn", "fence", "part"], name="one_entry_a_claim"),
            models.UniqueConstraint(fields=["coach", "errand", "fence", "part"], name="one_entry_a_part"),
            models.CheckConstraint(
                condition=models.Q(turn__isnull=False) | models.Q(errand__isnull=False),
                name="usage_of_a_turn_or_an_errand",
            ),
        ]
        indexes = [
            models.Index(fields=["coach", "reserved_at"], name="usage_by_time"),
            models.Index(fields=["reserved_at"], name="usage_of_all"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
