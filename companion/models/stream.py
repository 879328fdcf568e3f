"""The log of reliable events, from which a browser catches up after a lost connection."""

from django.db import models
from django.db.models.functions import Now

from journeyloop.tenancy.models import TenantManager, TenantModel


class StreamCounter(TenantModel):
    """One row a coach: the number of their newest event. Its row lock makes numbers follow commits."""

    SYSTEM_READS = ("coach_id", "last_number")

    last_number = models.PositiveBigIntegerField(default=0)

    objects = TenantManager["StreamCounter"]()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["coach"], name="stream_counter_once")]

    def __str__(self) -> str:
        return str(self.last_number)


class StreamEvent(TenantModel):
    """One event that a browser was told of: ids and versions, never content."""

    SYSTEM_READS = ("coach_id", "created_at")

    number = models.PositiveBigIntegerField()
    event = models.CharField(max_length=24)
    data = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    objects = TenantManager["StreamEvent"]()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["coach", "number"], name="stream_event_once")]

    def __str__(self) -> str:
        return f"{self.event} {self.number}"
