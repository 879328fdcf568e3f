"""How a session's user is found: with their practice, in one query."""

from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend

from coaching.accounts.second_step import has_second_step
from coaching.models import User


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """allauth's sign-in, with a cheaper look-up for every later request."""

    def get_user(self, user_id: UUID | str) -> User | None:
        """Find an active user and their practice, and whether they have a second step."""
        users = User.objects.select_related("coaching_profile").annotate(has_second_step=has_second_step)
        return users.filter(pk=user_id, is_active=True).first()
