"""What every tenant table shares: its key, its coach, and managers that raise outside the door."""

from typing import Any, ClassVar, TypeVar

from django.db import models

from journeyloop.ids import uuid7
from journeyloop.tenancy.door import TenantMismatchError, current_tenant

M = TypeVar("M", bound=models.Model)


class TenantQuerySet(models.QuerySet[M]):
    """Base of every tenant model's QuerySet; subclasses add verbs."""


class TenantManager(models.Manager[M]):
    """Only the open tenant's rows. Raises NoTenantError when no door is open."""

    def get_queryset(self) -> models.QuerySet[M]:
        """Start every read from the open tenant, before row-level security says the same."""
        return super().get_queryset().filter(coach_id=current_tenant().coach_id)


class TenantModel(models.Model):
    """A row that belongs to one coach. Its table gets a Wall in the migration that makes it."""

    SYSTEM_READS: ClassVar[tuple[str, ...]] = ()
    """Columns that jl_system may read: ids, states and due times, never content."""
    SYSTEM_WRITES: ClassVar[tuple[str, ...]] = ()
    """Columns that jl_system may update: what a claim or a sweep changes."""
    APPEND_ONLY: ClassVar[bool] = False
    """Whether the application role may neither update nor delete rows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    coach = models.ForeignKey(
        "coaching.CoachingProfile", on_delete=models.CASCADE, related_name="+", db_index=False
    )

    objects: TenantManager[Any] = TenantManager()
    all_tenants: models.Manager[Any] = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, **kwargs: Any) -> None:
        """Store the row under the open tenant; TenantMismatchError if it says another coach."""
        opened = current_tenant()
        if not self.__dict__.get("coach_id"):
            self.coach_id = opened.coach_id
        if self.coach_id != opened.coach_id:
            raise TenantMismatchError(f"{self._meta.label} of another coach")
        super().save(**kwargs)
