"""Sessions in the database, as Django keeps them, found by a statement that is written once."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from journeyloop.tenancy.readings import Reading, read, slot


class SessionStore(db.SessionStore):
    """Django's, but for how a request's session is found."""

    def _get_session_from_db(self) -> Session | None:
        (sessions,) = read(_LASTING(key=self.session_key, now=timezone.now()))
        if sessions:
            found: Session = sessions[0]
            return found
        # As Django does: a key that leads nowhere is not taken over.
        self._session_key = None
        return None


_LASTING = Reading(lambda: Session.objects.filter(session_key=slot("key"), expire_date__gt=slot("now")))
