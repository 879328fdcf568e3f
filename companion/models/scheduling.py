"""What the companion is to do later, and the ledger of what it did."""

from django.db import models
from django.db.models.functions import Now

from coaching.models import Client
from companion.models.conversation import Turn
from journeyloop.tenancy.models import TenantManager, TenantModel


class CompanionSchedule(TenantModel):
    """One standing or one-off request, in local wall time and its zone."""

    class Type(models.TextChoices):
        ONE_OFF = "one_off", "Once"
        RECURRING = "recurring", "Recurring"

    name = models.CharField(max_length=120)
    schedule_type = models.CharField(max_length=10, choices=Type)
    cron_expression = models.CharField(max_length=120, blank=True)
    rrule = models.CharField(max_length=300, blank=True)
    time_zone = models.CharField(max_length=64)
    """IANA name."""
    instructions = models.TextField()
    """What to do, as the coach confirmed it."""
    delivery_channel = models.CharField(max_length=12, default="message")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, null=True, related_name="+")
    is_paused = models.BooleanField(default=False)
    last_triggered_at = models.DateTimeField(null=True)
    next_trigger_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = TenantManager["CompanionSchedule"]()

    def __str__(self) -> str:
        return self.name


class ScheduleExecution(TenantModel):
    """One due instant of one schedule. Append-only: the audit log of runs."""

    APPEND_ONLY = True

    schedule = models.ForeignKey(CompanionSchedule, on_delete=models.CASCADE, related_name="executions")
    due_at = models.DateTimeField()
    triggered_at = models.DateTimeField()
    turn = models.ForeignKey(Turn, on_delete=models.SET_NULL, null=True, related_name="+")
    status = models.CharField(max_length=12)
    output_summary = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = TenantManager["ScheduleExecution"]()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["coach", "schedule", "due_at"], name="one_run_a_due_instant")
        ]

    def __str__(self) -> str:
        return str(self.pk)
