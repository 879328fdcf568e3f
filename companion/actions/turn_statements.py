"""What every turn's end reads and writes, as statements: one round trip before its effects, one after."""

from django.db.models.functions import Now

from companion.models import Conversation, Message, Turn
from journeyloop.tenancy.readings import Reading, slot
from journeyloop.tenancy.writings import Change, NewRow

HELD = Reading(lambda: Turn.objects.filter(pk=slot("turn")).held(fence=slot("fence")).select_for_update())
# Locked before its other rows, as by whoever says something: so no two wait for each other.
THREAD = Reading(lambda: Conversation.objects.filter(turns=slot("turn")).select_for_update(of=("self",)))

NOTED = Change(lambda: Message.objects.filter(pk=slot("message")), context_note=slot("note"))
COUNTED = Change(
    lambda: Conversation.objects.filter(pk=slot("conversation")),
    last_number=slot("number"),
    memory_told=slot("told"),
)
ANSWERED = NewRow(
    lambda: Message(
        id=slot("id"),
        conversation_id=slot("conversation"),
        turn_id=slot("turn"),
        number=slot("number"),
        role=Message.Role.COMPANION,
        text=slot("text"),
    )
)
DONE = Change(
    lambda: Turn.objects.filter(pk=slot("turn")),
    status=Turn.Status.DONE,
    taint=slot("taint"),
    model_name=slot("model_name"),
    refusals=slot("refusals"),
    partial_text="",
    error_words="",
    lease_until=None,
    finished_at=Now(),
)
