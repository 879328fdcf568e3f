"""The coach's own words about a client or a session. No client ever sees them."""

from django.db import models
from django.db.models.functions import Now

from coaching.models.clients import Client
from coaching.models.sessions import CoachingSession
from journeyloop.tenancy.models import TenantManager, TenantModel


class Note(TenantModel):
    """One private note."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="notes")
    session = models.ForeignKey(
        CoachingSession, on_delete=models.CASCADE, null=True, blank=True, related_name="notes"
    )
    text = models.TextField(max_length=20_000)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager["Note"]()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["coach", "client", "-created_at"], name="note_by_client")]

    def __str__(self) -> str:
        return str(self.pk)
