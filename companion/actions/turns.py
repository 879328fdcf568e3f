"""
The life of a turn in rows: begun, checkpointed, finished, failed, cancelled, tried again, begun anew.

Each function is one short transaction. Between `begin` and `finish` the model is called with nothing held;
`finish` and the others write only while the lease's fence still stands.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import F
from django.db.models.functions import Now

from companion.actions import bootstrapping, effects, scenes, told, usage
from companion.actions import turn_statements as rows
from companion.actions.leases import Failed, Lease, Patience
from companion.actions.scene_readings import MESSAGE
from companion.actions.told import Told
from companion.engine import router
from companion.engine.prompt_assembler import Prompt, assemble
from companion.engine.response import CompanionResponse, Refusal
from companion.engine.usage import Usage
from companion.models import Conversation, Message, Turn
from journeyloop.ids import uuid7
from journeyloop.tenancy.readings import Filled, read
from journeyloop.tenancy.writings import write

Status = Turn.Status
PATIENCE = Patience((timedelta(seconds=0.7), timedelta(seconds=2.5)), longest=timedelta(seconds=30))

WORDS = {
    "gave_up": "I lost the thread several times while answering. Your message is safe; please try again.",
    "budget": "Today's AI budget is used up, so I did not ask the model. It is fresh again at midnight UTC.",
    "broken": "Something went wrong on our side while I answered. Your message is safe; please try again.",
}
"""What the coach reads when no model is to blame."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everything that an attempt needs once the database is closed again."""

    lease: Lease
    prompt: Prompt
    note: str
    """What the prompt put beside the coach's words; stored with them once the answer is."""
    memory_told: str
    """Part 4 of the prompt as the model knows it once it has read that note."""
    grounds: router.Grounds
    model_name: str


def begin(*, lease: Lease, now: datetime, model_name: str, price: usage.Price, output_tokens: int) -> Work:
    """
    Read what the turn may know, build its prompt, and reserve what the call may cost.

    Raises OvertakenError, usage.BudgetSpentError.
    """
    scene = scenes.look(lease=lease, now=now, model_name=model_name)
    if scene is None:
        raise lease.overtaken()
    prompt = assemble(scene.context)
    usage.reserve(
        call=usage.Call(work=scene.turn, fence=lease.fence),
        model_name=model_name,
        worst_usd=price.worst_case(prompt_bytes=prompt.size, output_tokens=output_tokens),
        now=now,
    )
    return Work(
        lease=lease,
        prompt=prompt,
        note=scene.context.note,
        memory_told=scene.memory_told,
        grounds=scene.grounds,
        model_name=model_name,
    )


def checkpoint(*, lease: Lease, text: str) -> None:
    """Keep the text so far, so that a reload or a crash does not lose it."""
    Turn.objects.filter(pk=lease.work_id).held(fence=lease.fence).update(partial_text=text)


def leave_words(*, lease: Lease, text: str) -> list[Told]:
    """Keep what had been written of an answer when the coach stopped it, and nothing when another has it."""
    stopped = Turn.objects.filter(pk=lease.work_id, status=Status.CANCELLED, fence=lease.fence + 1)
    if not stopped.update(partial_text=text):
        return []
    return [told.of_turn(stopped.get())]


def finish(
    *,
    work: Work,
    response: CompanionResponse,
    refusals: tuple[Refusal, ...],
    used: Usage,
    now: datetime,
) -> list[Told]:
    """
    Store the one answer and everything that follows from it, or nothing.

    Raises OvertakenError.
    """
    turn, conversation, message = _in_hand(work.lease)
    routed = router.effects(response, grounds=work.grounds)
    stage = effects.Stage(turn=turn, message=message, rights=work.grounds.rights, now=now)
    not_done = effects.apply(routed.effects, stage=stage)
    turn.refusals = [_shown(each) for each in (*refusals, *routed.refusals, *not_done)]
    conversation.last_number += 1
    write(
        *_answered(work, turn, conversation, message, text=response.chat_message),
        usage.settled(call=usage.Call(work=turn, fence=work.lease.fence), used=used, now=now),
    )
    if work.grounds.rights.bootstrap:
        bootstrapping.begin(now=now)
        bootstrapping.mark_asked()
        stage.tell_panel("main")
    if turn.kind == Turn.Kind.CHAT and any(each["code"] == "needs_clean_turn" for each in turn.refusals):
        stage.told.append(told.of_turn(_queue_clean_turn(turn, conversation)))
    return [told.of_turn(turn), *stage.told]


def _answered(
    work: Work, turn: Turn, conversation: Conversation, message: Message, *, text: str
) -> tuple[Filled, ...]:
    """Give what makes a turn done: its answer, and what the model knows from now on."""
    # Without its beginning something was forgotten while the model wrote: what it had read is not kept.
    is_kept = turn.kind == Turn.Kind.CHAT and bool(conversation.memory_text)
    return (
        rows.NOTED(message=message.pk, note=work.note if is_kept else message.context_note),
        rows.COUNTED(
            conversation=conversation.pk,
            number=conversation.last_number,
            told=work.memory_told if is_kept else conversation.memory_told,
        ),
        rows.ANSWERED(
            id=uuid7(),
            conversation=conversation.pk,
            turn=turn.pk,
            number=conversation.last_number,
            text=text,
        ),
        rows.DONE(
            turn=turn.pk,
            taint=work.grounds.rights.taint,
            model_name=work.model_name,
            refusals=json.dumps(turn.refusals),
        ),
    )


def fail(
    *,
    lease: Lease,
    code: str,
    words: str,
    retryable: bool,
    now: datetime,
    asked_seconds: float | None = None,
    partial_text: str = "",
    used: Usage | None = None,
) -> Failed:
    """
    Put a failed attempt back in the queue, or end the turn when another would not help or none is left.

    `asked_seconds` is how long the provider asked us to wait; `used` is None when nobody knows whether the
    model was called. Raises OvertakenError.
    """
    turn = _held(lease)
    # A call that had begun was charged for; when nobody says how much, its reservation stands.
    if used is not None and (used.cost or not partial_text):
        usage.settle(call=usage.Call(work=turn, fence=lease.fence), used=used, now=now)
    turn.error_code, turn.partial_text = code, partial_text or turn.partial_text
    wait = PATIENCE.after(turn.attempts, asked_seconds=asked_seconds) if retryable else None
    if wait is None:
        _end(turn, words)
        return Failed([told.of_turn(turn)], None)
    turn.status, turn.lease_until = Status.QUEUED, None
    turn.save(update_fields=["status", "lease_until", "error_code", "partial_text"])
    Turn.objects.filter(pk=turn.pk).update(not_before=Now() + wait)
    return Failed([], wait)


def give_up(*, lease: Lease) -> list[Told]:
    """End a turn whose last attempt went silent (`TURNS.lost`), unless somebody else did."""
    ended = (
        Turn.objects.filter(pk=lease.work_id, lease_until__lt=Now())
        .held(fence=lease.fence)
        .update(
            status=Status.FAILED,
            error_code="gave_up",
            error_words=WORDS["gave_up"],
            fence=F("fence") + 1,
            lease_until=None,
            finished_at=Now(),
        )
    )
    return [told.of_turn(Turn.objects.get(pk=lease.work_id))] if ended else []


def cancel(*, turn: Turn, now: datetime) -> bool:
    """Stop a turn that waits or runs. Returns whether it was stopped; a finished one stays as it is."""
    stopped = (
        Turn.objects.filter(pk=turn.pk)
        .unfinished()
        .update(status=Status.CANCELLED, fence=F("fence") + 1, lease_until=None, finished_at=now)
    )
    turn.refresh_from_db()
    if stopped:
        log.info("turn.cancelled", turn=str(turn.pk), coach=str(turn.coach_id))
    return bool(stopped)


def begin_again() -> None:
    """
    Send all that run back to the queue: they have read what is being forgotten.

    Before conversations are locked, in the order in which a turn that ends takes its locks.
    """
    Turn.objects.filter(status=Status.RUNNING).update(
        status=Status.QUEUED,
        fence=F("fence") + 1,
        attempts=F("attempts") - 1,
        lease_until=None,
        partial_text="",
    )


def drop_unfinished_answers() -> None:
    """Empty answers that were stopped or broke off, perhaps in the middle of a quotation."""
    unended = Turn.objects.exclude(status__in=(*Turn.UNFINISHED, Status.DONE))
    # By the fence, a worker that was just stopped does not leave its words after all.
    unended.update(partial_text="", fence=F("fence") + 1)


def retry(*, turn: Turn) -> bool:
    """Ask again for an answer that failed or was stopped, if nothing has been said since."""
    conversation = Conversation.objects.select_for_update().get(pk=turn.conversation_id)
    if conversation.last_number != turn.number:
        return False
    again = Turn.objects.filter(pk=turn.pk, status__in=(Status.FAILED, Status.CANCELLED)).update(
        status=Status.QUEUED,
        attempts=0,
        partial_text="",
        error_code="",
        error_words="",
        finished_at=None,
        not_before=Now(),
    )
    turn.refresh_from_db()
    if again:
        log.info("turn.queued", turn=str(turn.pk), coach=str(turn.coach_id), kind=turn.kind)
    return bool(again)


def _held(lease: Lease) -> Turn:
    (turns,) = read(rows.HELD(turn=lease.work_id, fence=lease.fence))
    if not turns:
        raise lease.overtaken()
    held: Turn = turns[0]
    return held


def _in_hand(lease: Lease) -> tuple[Turn, Conversation, Message]:
    turns, conversations, messages = read(
        rows.HELD(turn=lease.work_id, fence=lease.fence),
        rows.THREAD(turn=lease.work_id),
        MESSAGE(turn=lease.work_id),
    )
    if not turns:
        raise lease.overtaken()
    return turns[0], conversations[0], messages[0]


def _end(turn: Turn, words: str) -> None:
    turn.status, turn.error_words, turn.lease_until = Status.FAILED, words, None
    turn.save(update_fields=["status", "error_words", "error_code", "lease_until", "partial_text"])
    Turn.objects.filter(pk=turn.pk).update(finished_at=Now())


def _queue_clean_turn(turn: Turn, conversation: Conversation) -> Turn:
    conversation.last_number += 1
    conversation.save(update_fields=["last_number"])
    clean: Turn = Turn.objects.create(
        conversation=conversation, number=conversation.last_number, kind=Turn.Kind.CLEAN, clean_of=turn
    )
    log.info("turn.queued", turn=str(clean.pk), coach=str(clean.coach_id), kind=clean.kind)
    return clean


def _shown(refusal: Refusal) -> dict[str, str]:
    return {"code": refusal.code, "what": refusal.what, "why": refusal.why, "target": refusal.target}
