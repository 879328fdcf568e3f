"""What the coach says, and the turn that will answer it."""

from dataclasses import dataclass

from coaching.models import Client
from companion.engine.response import storable
from companion.models import Conversation, Message, Turn

MESSAGE_LIMIT = 20_000
"""Characters of one message."""


class MessageError(Exception):
    """The message cannot be sent as it is; the words are for the coach."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message and the turn that it asks for; `is_new` is False when the same form came twice."""

    message: Message
    turn: Turn
    is_new: bool


def main_conversation() -> Conversation:
    """Find the coach's one running conversation."""
    return Conversation.objects.get(kind=Conversation.Kind.MAIN)


def say(*, text: str, request_key: str | None = None, client: Client | None = None) -> Said:
    """
    Store the coach's message and queue the turn that answers it.

    The same `request_key` again gives back the first message. Raises MessageError.
    """
    text = checked(text)
    conversation = Conversation.objects.select_for_update().get(kind=Conversation.Kind.MAIN)
    if earlier := _said_before(request_key):
        return earlier
    number = conversation.last_number + 1
    conversation.last_number = number + 1
    conversation.save(update_fields=["last_number"])
    turn = Turn.objects.create(conversation=conversation, number=number + 1, request_key=request_key)
    message = Message.objects.create(
        conversation=conversation, turn=turn, number=number, role=Message.Role.COACH, text=text, client=client
    )
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


def _said_before(request_key: str | None) -> Said | None:
    if not request_key:
        return None
    message = (
        Message.objects.select_related("turn")
        .filter(turn__request_key=request_key, role=Message.Role.COACH)
        .first()
    )
    return Said(message, message.turn, is_new=False) if message else None
