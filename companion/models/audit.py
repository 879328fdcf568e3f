"""What was done and by whom: ids and kinds, never content."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from journeyloop.tenancy.models import TenantManager, TenantModel


class AuditEvent(TenantModel):
    """One deed. The application role can add rows, neither change nor delete them."""

    APPEND_ONLY = True
    SYSTEM_READS = ("id", "coach_id", "deed", "by_id", "object_id", "at")

    deed = models.CharField(max_length=48)
    """Noun and verb in the past: `layer.changed`, `abilities.unlocked`."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    """NULL = the companion itself."""
    object_id = models.UUIDField(null=True)
    detail = models.CharField(max_length=80, blank=True)
    """A key or a number, such as a layer's name and version."""
    at = models.DateTimeField(db_default=Now())

    objects = TenantManager["AuditEvent"]()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["coach", "-at"], name="audit_newest")]

    def __str__(self) -> str:
        return self.deed
