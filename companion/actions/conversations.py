"""What the coach says, and the turn that will answer it."""

from dataclasses import dataclass

import structlog
from django.db.models import QuerySet

from companion.engine.capabilities import Taint
from companion.engine.response import storable
from companion.models import CompanionContext, Conversation, Message, Turn
from journeyloop.ids import uuid7
from journeyloop.tenancy.readings import Reading, read, slot
from journeyloop.tenancy.writings import Change, NewRow, write

MESSAGE_LIMIT = 20_000
"""Characters of one message."""
WAITING_LIMIT = 100
"""Messages of one coach that may wait for an answer: each is looked at whenever a worker looks for work."""

log = structlog.get_logger(__name__)


class MessageError(Exception):
    """The message cannot be sent as it is; the words are for the coach."""


class NoCompanionError(Exception):
    """The coach speaks before their first visit: nobody was provided yet."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message and the turn that it asks for; `is_new` is False when the same form came twice."""

    message: Message
    turn: Turn
    is_new: bool


def main_conversation() -> Conversation:
    """Find the coach's one running conversation."""
    return Conversation.objects.get(kind=Conversation.Kind.MAIN)


def say(
    *,
    text: str,
    request_key: str | None = None,
    taint: Taint = Taint.COACH,
) -> Said:
    """
    Store the coach's message and queue the turn that answers it, about the client whose page they are on.

    `taint` is above the coach's when they pressed words that somebody else's stand behind. The same
    `request_key` again gives back the first message. Raises MessageError, also when too many wait already,
    and NoCompanionError.
    """
    text = checked(text)
    conversations, earlier, waiting, contexts = read(
        _LOCKED(), _SAID(key=request_key), _WAITING(), _IN_FOCUS()
    )
    if not contexts:
        raise NoCompanionError
    conversation = conversations[0]
    if earlier:
        return Said(earlier[0], earlier[0].turn, is_new=False)
    if len(waiting) == WAITING_LIMIT:
        raise MessageError(
            f"{WAITING_LIMIT} messages are waiting for an answer. Stop some, or wait for the next."
        )
    number, turn_id = conversation.last_number + 1, uuid7()
    _, (turn,), (message,) = write(
        _COUNTED(conversation=conversation.pk, number=number + 1),
        _QUEUED(id=turn_id, conversation=conversation.pk, number=number + 1, key=request_key),
        _WRITTEN(
            id=uuid7(),
            conversation=conversation.pk,
            turn=turn_id,
            number=number,
            text=text,
            client=contexts[0].active_client_id,
            taint=taint,
        ),
    )
    turn.conversation, message.turn = conversation, turn
    log.info("turn.queued", turn=str(turn.pk), coach=str(turn.coach_id), kind=turn.kind)
    return Said(message, turn, is_new=True)


def checked(text: str) -> str:
    """Trim a message. Raises MessageError when nothing is left or it is too long."""
    text = storable(text).strip()
    if not text:
        raise MessageError("Write a message first.")
    if len(text) > MESSAGE_LIMIT:
        raise MessageError(
            f"This message has {len(text):,} characters; {MESSAGE_LIMIT:,} is the most. "
            "Your text is still here: shorten it, or send it in parts."
        )
    return text


def _main() -> "QuerySet[Conversation]":
    return Conversation.objects.filter(kind=Conversation.Kind.MAIN)


# Sent after the lock: of two posts of one form the second sees what the first has committed.
_LOCKED = Reading(lambda: _main().select_for_update())
_SAID = Reading(lambda: Message.objects.filter(turn__request_key=slot("key"), role=Message.Role.COACH))
_WAITING = Reading(
    lambda: Turn.objects.unfinished().filter(conversation__in=_main()).values("number")[:WAITING_LIMIT]
)
_IN_FOCUS = Reading(lambda: CompanionContext.objects.values("active_client_id"))
_COUNTED = Change(lambda: Conversation.objects.filter(pk=slot("conversation")), last_number=slot("number"))
_QUEUED = NewRow(
    lambda: Turn(
        id=slot("id"),
        conversation_id=slot("conversation"),
        number=slot("number"),
        request_key=slot("key"),
    )
)
_WRITTEN = NewRow(
    lambda: Message(
        id=slot("id"),
        conversation_id=slot("conversation"),
        turn_id=slot("turn"),
        number=slot("number"),
        role=Message.Role.COACH,
        text=slot("text"),
        client_id=slot("client"),
        taint=slot("taint"),
    )
)
