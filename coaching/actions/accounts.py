"""What happens to a person's own account."""

from datetime import datetime

import structlog

from coaching.models import Client, CoachingProfile, User
from journeyloop.tenancy import tenant

log = structlog.get_logger(__name__)


def open_practice(*, user: User) -> CoachingProfile:
    """Make this person a coach. Calling it again returns the practice that they have."""
    practice, made = CoachingProfile.objects.get_or_create(user=user)
    if made:
        log.info("practice.opened", coach=str(practice.pk), by=str(user.pk))
    return practice


def change_name(*, user: User, name: str) -> User:
    """Call this person something else."""
    user.name = name
    user.save(update_fields=["name"])
    return user


def confirm_time_zone(*, user: User, time_zone: str, now: datetime) -> User:
    """Use this zone from now on. Stored instants stay; only their wall-clock reading changes."""
    user.time_zone = time_zone
    user.time_zone_confirmed_at = now
    user.save(update_fields=["time_zone", "time_zone_confirmed_at"])
    return user


def delete_account(*, user: User) -> None:
    """
    Delete a person with everything of theirs.

    Through the owner's connection: some tables do not let the application delete.
    """
    user_id = user.pk
    Client.all_tenants.using("owner").filter(user=user).update(user=None)
    practice = CoachingProfile.objects.using("owner").filter(user=user).first()
    # Deleting follows foreign keys through scoped managers, which want an open door. Nothing of somebody
    # without a practice lies behind one, so any name will do.
    with tenant(practice.pk if practice else user_id):
        user.delete(using="owner")
    log.info("account.deleted", user=str(user_id))
