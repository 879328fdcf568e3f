"""What a client agreed to and did not: one row a statement, none of which is ever changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db import models

from coaching import consents
from coaching.consents import Purpose, Wording
from coaching.models.clients import Client
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet
from journeyloop.tenancy.readings import Reading, read, slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand between a client and one purpose."""

    purpose: Purpose
    wording: Wording
    last: "Consent | None"
    """The newest statement, of whatever wording; None = never asked."""

    @property
    def given(self) -> bool:
        """Whether there is a yes that holds now."""
        return self.said_yes and not self.is_asked_again

    @property
    def said_yes(self) -> bool:
        """Whether the newest statement is a yes, to this wording or an earlier one."""
        return self.last is not None and self.last.given

    @property
    def is_asked_again(self) -> bool:
        """Whether the newest statement is a yes to other words than those of today."""
        return self.last is not None and self.last.given and self.last.version != self.wording.version


class ConsentQuerySet(TenantQuerySet["Consent"]):
    """Reads over the open tenant's statements."""

    def taken_back(self, purpose: Purpose, *, version: Any) -> Self:
        """Keep each client's newest statement about a purpose where it is no yes to this version's words."""
        newest = self.filter(purpose=purpose).order_by("client", "-at", "-id").distinct("client")
        return self.filter(pk__in=newest.values("pk")).exclude(given=True, version=version)

    def given(self, purpose: Purpose, *, version: Any) -> Self:
        """Keep each client's newest statement about a purpose where it is a yes to this version's words."""
        newest = self.filter(purpose=purpose).order_by("client", "-at", "-id").distinct("client")
        return self.filter(pk__in=newest.values("pk"), given=True, version=version)

    def newest_of(self, client: Any) -> Self:
        """Keep a client's newest statement about each purpose; `client` may be a slot."""
        return self.filter(client=client).order_by("purpose", "-at", "-id").distinct("purpose")


NEWEST = Reading(lambda: Consent.objects.newest_of(slot("client")))
"""A client's newest statement about each purpose."""


def standings_of(client: Client) -> dict[Purpose, Standing]:
    """Ask for every purpose how it stands with this client."""
    return standings(read(NEWEST(client=client.pk))[0])


def standings(newest: Iterable["Consent"]) -> dict[Purpose, Standing]:
    """Say for every purpose how it stands, by one client's newest statements."""
    said = {row.purpose: row for row in newest}
    return {
        purpose: Standing(purpose=purpose, wording=consents.wording(purpose), last=said.get(purpose))
        for purpose in Purpose
    }


class Consent(TenantModel):
    """One statement: this client said yes or no to these words."""

    APPEND_ONLY = True

    class Actor(models.TextChoices):
        COACH = "coach", "Written down by the coach"
        CLIENT = "client", "By the client"

    class Method(models.TextChoices):
        SAID = "said", "Said aloud"
        WRITTEN = "written", "Signed on paper"
        EMAIL = "email", "By e-mail"
        PORTAL = "portal", "In the portal"

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=[(purpose.value, purpose.value) for purpose in Purpose])
    given = models.BooleanField()
    version = models.CharField(max_length=40)
    """Of the wording; see coaching/consents.py."""
    text = models.TextField()
    """The wording itself, as it was shown."""
    actor = models.CharField(max_length=6, choices=Actor)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    method = models.CharField(max_length=8, choices=Method)
    at = models.DateTimeField()

    objects = TenantManager.from_queryset(ConsentQuerySet)()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["coach", "client", "purpose", "-at"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.purpose}: {'yes' if self.given else 'no'}"

    @property
    def title(self) -> str:
        """What the purpose is called today."""
        return consents.wording(Purpose(self.purpose)).title
