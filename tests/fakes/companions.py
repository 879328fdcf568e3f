"""A coach's companion as rows: layers, proposals and facts, each made through that coach's own door."""

from typing import Any

from coaching.models import Client, CoachingProfile
from companion.actions import bootstrapping, personality, proposals
from companion.models import CompanionMemory, CompanionPersonality, PersonalityVersion, Proposal
from journeyloop.tenancy import tenant
from tests.people import NOON

BOOTSTRAP_LAYERS = ("identity", "soul", "coach_knowledge")


def write(coach: CoachingProfile, layer: str, text: str) -> PersonalityVersion:
    """Put a text into a layer."""
    with tenant(coach.pk):
        return personality.write_layer(
            layer=layer, text=text, source=PersonalityVersion.Source.COACH, by=coach.user
        )


def unlock(coach: CoachingProfile) -> None:
    """Set the three layers that unlock everything."""
    for layer in BOOTSTRAP_LAYERS:
        write(coach, layer, f"Words about {layer}.")
    with tenant(coach.pk):
        bootstrapping.complete_if_ready(by=coach.user, now=NOON)


def propose(
    coach: CoachingProfile, kind: str = "layer", text: str = "I ask first.", **fields: Any
) -> Proposal:
    """Put something before the coach."""
    if kind == "layer":
        fields = {"layer": "soul", "title": "Soul", **fields}
    with tenant(coach.pk):
        return proposals.propose(kind=kind, text=text, turn=None, now=NOON, **fields)


def remember(coach: CoachingProfile, statement: str = "Keeps Fridays free", **fields: Any) -> CompanionMemory:
    """Keep a fact about the coach."""
    defaults = {
        "quote": "I keep Fridays free",
        "source_kind": CompanionMemory.Source.COACH_MESSAGE,
        "said_by": CompanionMemory.SaidBy.COACH,
        "observed_at": NOON,
    }
    with tenant(coach.pk):
        fact: CompanionMemory = CompanionMemory.objects.create(statement=statement, **{**defaults, **fields})
    return fact


def text_of(coach: CoachingProfile, layer: str) -> str:
    """Read a layer as it is in force."""
    with tenant(coach.pk):
        return CompanionPersonality.objects.get(layer=layer).text


def status_of(coach: CoachingProfile, proposal: Proposal) -> str:
    """Read what became of a proposal."""
    with tenant(coach.pk):
        return Proposal.objects.get(pk=proposal.pk).status


def client_of(coach: CoachingProfile, name: str = "Clara Bennett", **fields: Any) -> Client:
    """Make a client of this coach's."""
    with tenant(coach.pk):
        client: Client = Client.objects.create(name=name, time_zone="Europe/Lisbon", **fields)
    return client
