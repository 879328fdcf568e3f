"""GET schedules/ and schedules/{id}/executions/: what the companion is to do, and what it did."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from companion.api.rest.access import practice_of
from companion.models import CompanionSchedule, ScheduleExecution

router = Router(tags=["schedules"])
SHOWN = 100


class ScheduleShape(Schema):
    """One standing or one-off request."""

    id: UUID
    name: str
    schedule_type: str
    cron_expression: str
    delivery_channel: str
    is_paused: bool
    last_triggered_at: datetime | None
    next_trigger_at: datetime | None


class SchedulesShape(Schema):
    """All of them."""

    schedules: list[ScheduleShape]


class ExecutionShape(Schema):
    """One run."""

    triggered_at: datetime
    status: str
    output_summary: str


class ExecutionsShape(Schema):
    """The newest runs, newest first."""

    executions: list[ExecutionShape]


@router.get("schedules/", response=SchedulesShape)
def schedules(request: HttpRequest) -> SchedulesShape:
    """List what the companion is to do later, by name."""
    practice_of(request)
    rows = CompanionSchedule.objects.order_by("name", "pk")
    return SchedulesShape(schedules=[ScheduleShape.from_orm(row) for row in rows])


@router.get("schedules/{uuid:schedule_id}/executions/", response=ExecutionsShape)
def executions(request: HttpRequest, schedule_id: UUID) -> ExecutionsShape:
    """List the runs of one schedule."""
    practice_of(request)
    schedule = get_object_or_404(CompanionSchedule.objects, pk=schedule_id)
    rows = ScheduleExecution.objects.filter(schedule=schedule).order_by("-triggered_at")[:SHOWN]
    return ExecutionsShape(executions=[ExecutionShape.from_orm(row) for row in rows])
