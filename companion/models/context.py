"""What the coach is looking at: the companion's mode and the two panels."""

from uuid import UUID

from django.db import models

from coaching.models import Client
from journeyloop.tenancy.models import TenantManager, TenantModel


class PanelKind(models.TextChoices):
    """What a panel can show. Each has a fragment in templates/companion/partials/panels/."""

    BOOTSTRAP = "bootstrap", "Getting to know you"
    PERSONALITY = "personality", "Personality"
    CLIENT = "client", "Client"
    SESSION = "session", "Session"
    CALENDAR = "calendar", "Coming up"
    MEMORY = "memory", "Remembered"
    PROPOSALS = "proposals", "Waiting for you"
    ABILITIES = "abilities", "Abilities"


class CompanionContext(TenantModel):
    """One row a coach."""

    class Mode(models.TextChoices):
        BOOTSTRAP = "bootstrap", "Getting to know you"
        PRE_SESSION = "pre_session", "Before a session"
        POST_SESSION = "post_session", "After a session"
        IDLE = "idle", "In between"

    mode = models.CharField(max_length=12, choices=Mode, default=Mode.BOOTSTRAP)
    active_client = models.ForeignKey(Client, on_delete=models.SET_NULL, null=True, related_name="+")
    main_kind = models.CharField(max_length=12, choices=PanelKind, default=PanelKind.BOOTSTRAP)
    main_object = models.UUIDField(null=True)
    """The client or session that the main panel shows."""
    main_version = models.PositiveIntegerField(default=0)
    secondary_kind = models.CharField(max_length=12, choices=PanelKind, default=PanelKind.ABILITIES)
    secondary_object = models.UUIDField(null=True)
    secondary_version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager["CompanionContext"]()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["coach"], name="companion_context_once")]

    def __str__(self) -> str:
        return self.mode

    def panel(self, name: str) -> tuple[str, UUID | None, int]:
        """Read a panel's kind, object and version."""
        if name == "main":
            return self.main_kind, self.main_object, self.main_version
        return self.secondary_kind, self.secondary_object, self.secondary_version
