"""How a session's user is found: with their practice, in one round trip."""

from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from coaching.accounts.second_step import has_second_step
from coaching.models import CoachingProfile, User
from journeyloop.tenancy.readings import Reading, read, slot


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """allauth's sign-in, with a cheaper look-up for every later request."""

    def get_user(self, user_id: UUID | str) -> User | None:
        """Find an active user and their practice, and whether they have a second step."""
        users, practices = read(_USER(user=user_id), _PRACTICE(user=user_id))
        if not users:
            return None
        user: User = users[0]
        if practices:
            practices[0].user = user
        else:
            # Known to be none; whoever asks for it is told so without another query.
            User._meta.get_field("coaching_profile").set_cached_value(user, None)
        return user


_USER = Reading(
    lambda: User.objects.annotate(has_second_step=has_second_step).filter(pk=slot("user"), is_active=True)
)
_PRACTICE = Reading(lambda: CoachingProfile.objects.filter(user=slot("user")))
