"""
What must hold after every chaos run, whatever was done to it, read from the rows and from the model's record.

Each turn is in exactly one final state · one message for a finished turn, words for a failed one · order kept
in each conversation · the ledger knows every call that the model knows · what browsers were told equals what
they would fetch afresh.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models.functions import Now

from companion.models import Message, StreamCounter, StreamEvent, Turn, UsageEntry
from journeyloop.tenancy import tenant
from tests.chaos.talks import Talk
from tests.fakes.model_server import Request

FINAL = {Turn.Status.DONE, Turn.Status.FAILED, Turn.Status.CANCELLED}
LEASE_MAY_BE_OVER = timedelta(seconds=60)
"""With the 30 s that it lasts: no turn stays with a worker that was last heard of 90 s ago."""
_NUMBER = re.compile(r"Number (\d+): good morning")


@dataclass(slots=True)
class Findings:
    """What does not hold, in words."""

    lost: list[str] = field(default_factory=list)
    """Said and not there, or finished and without a message."""
    doubled: list[str] = field(default_factory=list)
    """Answered twice, or asked of the model more often than it was claimed."""
    stuck: list[str] = field(default_factory=list)
    """Neither answered nor failed."""
    wrong: list[str] = field(default_factory=list)
    """Out of order, not in the ledger, or not told to browsers."""
    gave_up: int = 0
    """Failed with words after three attempts that a fault broke: the product's promise for such bad luck."""
    failed: int = 0
    """Failed for any other reason."""
    turns: int = 0
    hit: int = 0
    """Turns that needed more than one attempt."""
    recoveries: list[float] = field(default_factory=list)
    """Seconds from the first attempt to the answer, of the turns that were hit."""

    @property
    def are_none(self) -> bool:
        return not (self.lost or self.doubled or self.stuck or self.wrong)


def check(talks: Iterable[Talk], *, asked: Sequence[Request] = ()) -> Findings:
    """Look at everything that these coaches have; `asked` is the model server's record, if it kept one."""
    findings = Findings()
    calls = _calls(asked)
    for talk in talks:
        with tenant(talk.coach.pk):
            _Practice(talk, findings, calls).check()
    return findings


def _calls(asked: Sequence[Request]) -> dict[str, list[Request]]:
    """Sort the model's record by the message that each call was to answer."""
    calls: defaultdict[str, list[Request]] = defaultdict(list)
    for request in asked:
        numbers = _NUMBER.findall(json.dumps(request.body["messages"][-1]))
        if numbers:
            calls[numbers[-1]].append(request)
    return calls


class _Practice:
    """One coach's rows; the tenant is open."""

    def __init__(self, talk: Talk, findings: Findings, calls: dict[str, list[Request]]) -> None:
        self._talk, self._found, self._calls = talk, findings, calls
        self._turns = list(Turn.objects.order_by("number"))
        self._messages: defaultdict[tuple[object, str], list[Message]] = defaultdict(list)
        for message in Message.objects.order_by("number"):
            self._messages[message.turn_id, message.role].append(message)
        self._entries: defaultdict[object, list[UsageEntry]] = defaultdict(list)
        for entry in UsageEntry.objects.order_by("reserved_at"):
            self._entries[entry.turn_id].append(entry)

    def check(self) -> None:
        self._found.lost += [
            f"turn {each} is gone" for each in set(self._talk.said) - {turn.pk for turn in self._turns}
        ]
        for turn in self._turns:
            self._count(turn)
            self._check_end(turn)
            self._check_ledger(turn)
        self._check_leases()
        self._check_order()
        self._check_events()

    def _count(self, turn: Turn) -> None:
        found = self._found
        found.turns += 1
        if turn.status == Turn.Status.FAILED:
            found.gave_up += turn.error_code == "gave_up"
            found.failed += turn.error_code != "gave_up"
        if turn.fence > 1:
            found.hit += 1
            entries = self._entries[turn.pk]
            if turn.status == Turn.Status.DONE and entries and turn.finished_at:
                found.recoveries.append((turn.finished_at - entries[0].reserved_at).total_seconds())

    def _check_end(self, turn: Turn) -> None:
        answers = self._messages[turn.pk, Message.Role.COMPANION]
        if turn.status not in FINAL:
            self._found.stuck.append(f"turn {turn.pk} is {turn.status} after {turn.attempts} attempts")
            return
        if len(answers) > 1:
            self._found.doubled.append(f"turn {turn.pk} has {len(answers)} answers")
        if turn.status == Turn.Status.DONE and not (answers and answers[0].text):
            self._found.lost.append(f"turn {turn.pk} is done and has no answer")
        if turn.status != Turn.Status.DONE and answers:
            self._found.wrong.append(f"turn {turn.pk} is {turn.status} and has an answer")
        if turn.status == Turn.Status.FAILED and not turn.error_words:
            self._found.wrong.append(f"turn {turn.pk} failed without words")
        if turn.status == Turn.Status.DONE and turn.partial_text:
            self._found.wrong.append(f"turn {turn.pk} shows a draft beside its answer")
        if turn.lease_until or not turn.finished_at:
            self._found.wrong.append(f"turn {turn.pk} is {turn.status} and looks as if it ran")

    def _check_ledger(self, turn: Turn) -> None:
        """Compare: each claim may make one call, each call is reserved first, each settled one is real."""
        asked = self._messages[turn.pk, Message.Role.COACH]
        numbers = _NUMBER.findall(asked[0].text) if asked else []
        calls = self._calls.get(numbers[0], []) if numbers else []
        entries = self._entries[turn.pk]
        if len(entries) > turn.fence:
            self._found.doubled.append(f"turn {turn.pk}: {len(entries)} calls for {turn.fence} claims")
        if len(calls) > len(entries):
            self._found.doubled.append(f"turn {turn.pk}: {len(calls)} calls, {len(entries)} in the ledger")
        # What an answer had cost that we put an end to, nobody says: the ledger holds an estimate.
        if not calls or turn.error_code == "endless":
            return
        made = Counter(call.output_tokens for call in calls)
        settled = Counter(
            entry.output_tokens for entry in entries if entry.settled_at and entry.output_tokens
        )
        if settled - made:
            self._found.wrong.append(f"turn {turn.pk}: the ledger says {settled}, the model {made}")

    def _check_leases(self) -> None:
        silent = Turn.objects.filter(status=Turn.Status.RUNNING, lease_until__lt=Now() - LEASE_MAY_BE_OVER)
        self._found.stuck += [f"turn {turn.pk} has a lease from long ago" for turn in silent]

    def _check_order(self) -> None:
        """See that each answer stands behind its question and behind the answer to the one before."""
        last = 0
        for turn in self._turns:
            for message in self._messages[turn.pk, Message.Role.COMPANION]:
                if message.number <= max(last, turn.number):
                    self._found.wrong.append(f"the answer to turn {turn.pk} is out of order")
                last = message.number

    def _check_events(self) -> None:
        """Play the log to a browser that knew nothing: it must end where a fresh fetch does."""
        events = list(StreamEvent.objects.order_by("number"))
        counter = StreamCounter.objects.first()
        if [event.number for event in events] != list(range(1, (counter.last_number if counter else 0) + 1)):
            self._found.wrong.append(f"the log of coach {self._talk.coach.pk} has holes")
        told = {
            event.data["turn"]: event.data["version"] for event in events if event.event == "chat-message"
        }
        for turn in self._turns:
            if turn.status in FINAL and told.get(str(turn.pk)) != turn.fence:
                self._found.wrong.append(f"browsers were not told how turn {turn.pk} ended")
