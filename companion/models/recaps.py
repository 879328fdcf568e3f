"""What a client is told about a session: a text of its own, in words that are meant for them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from coaching.models import Client, CoachingSession
from journeyloop.tenancy.models import TenantManager, TenantModel


class SessionRecap(TenantModel):
    """The coach's recap of one session for its client. Drafted by rule, kept by the coach."""

    session = models.ForeignKey(CoachingSession, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=8_000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    kept_at = models.DateTimeField()
    """When the coach last kept it as it is."""

    objects = TenantManager["SessionRecap"]()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["coach", "session"], name="recap_once_a_session")]

    def __str__(self) -> str:
        return str(self.pk)
