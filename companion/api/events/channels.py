"""The names of a coach's two channels: events that are kept, and text as it is written."""

from uuid import UUID


def reliable(coach_id: UUID) -> str:
    """Name the channel whose events are in the log."""
    return f"companion-{coach_id}"


def live(coach_id: UUID) -> str:
    """Name the channel of what is not stored."""
    return f"live-{coach_id}"


def coach_of(channel: str) -> UUID:
    """Say whose channel it is."""
    return UUID(channel.partition("-")[2])


def is_reliable(channel: str) -> bool:
    """Say whether the channel's events are in the log."""
    return channel.startswith("companion-")
