"""The one place where the words of a session are handed to AI."""

from coaching.actions import consents
from coaching.consents import Purpose
from coaching.models import CoachingSession, Utterance


def words_for_ai(session: CoachingSession) -> list[Utterance]:
    """
    Hand over what was said in a session, in order, each with its speaker; none when no transcript was read.

    Raises NoConsentError unless the client agrees now. A withdrawal waits until the transaction has ended, so
    ask at its beginning, and ask again in the transaction that stores what came of the words.
    """
    consents.require(client=session.client, purpose=Purpose.AI_PROCESSING)
    return list(Utterance.objects.of_session(session))
