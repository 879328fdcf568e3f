"""Give a coach their companion on the first visit."""

from coaching.models import CoachingProfile
from companion.engine import bootstrap
from companion.models import (
    BootstrapTopic,
    CompanionContext,
    CompanionPersonality,
    CompanionState,
    Conversation,
    Layer,
    StreamCounter,
)


def provision(*, coach: CoachingProfile) -> bool:
    """
    Make the six empty layers, the state, the context, the topics and the conversation.

    Two first visits at once leave one set: each row is unique by coach, and a conflict is ignored.
    Returns whether anything was missing.
    """
    if CompanionState.objects.exists():
        return False
    one_of_each = [
        CompanionContext(coach=coach),
        Conversation(coach=coach),
        StreamCounter(coach=coach),
        *(CompanionPersonality(coach=coach, layer=layer) for layer in Layer),
        *(BootstrapTopic(coach=coach, key=topic.key) for topic in bootstrap.TOPICS),
        CompanionState(coach=coach),
    ]
    for row in one_of_each:
        type(row).objects.bulk_create([row], ignore_conflicts=True)
    return True
