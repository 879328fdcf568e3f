"""What a proposal's card shows beyond its row: budgets, what it would change, a schedule's time in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from companion.api.abilities import unlockable
from companion.api.layers import Budget
from companion.engine.capabilities import LAYERS
from companion.engine.diffs import Segment, words
from companion.engine.response import LayerName
from companion.engine.skills import SKILL_CAP
from companion.engine.tokens import OverBudgetError, rough
from companion.models import CompanionMemory, CompanionPersonality, Layer, Proposal

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

ACTIONS: Mapping[str, str] = {
    "create": "New",
    "edit": "Change",
    "retire": "Put away",
    "pause": "Pause",
    "resume": "Go on with",
    "remove": "Remove",
}
TRIGGERS: Mapping[str, str] = {
    "message": "when you write to me",
    "session_approaching": "before a session",
    "session_complete": "after a session",
    "client_inactive": "when a client has been quiet",
}
LABELS: Mapping[Proposal.Kind, str] = {
    Proposal.Kind.LAYER: "The text, change it as you like",
    Proposal.Kind.SKILL: "What I would do, change it as you like",
    Proposal.Kind.SCHEDULE: "What I would do then",
    Proposal.Kind.NUDGE: "The message, change it as you like",
    Proposal.Kind.MEMORY: "What I would keep, change it as you like",
}
YES: Mapping[Proposal.Kind, str] = {
    Proposal.Kind.LAYER: "Use this text",
    Proposal.Kind.SKILL: "Use this skill",
    Proposal.Kind.SCHEDULE: "Keep this schedule",
    Proposal.Kind.NUDGE: "Mark as used",
    Proposal.Kind.MEMORY: "Remember this",
}
CAUTIONS: Mapping[Proposal.Kind, str] = {
    Proposal.Kind.SCHEDULE: "JourneyLoop keeps it, and does not carry schedules out yet.",
    Proposal.Kind.NUDGE: "JourneyLoop does not send messages yet. Copy the text and send it your own way.",
}
"""What is not built yet is said where it matters."""
OUTCOMES: Mapping[Proposal.Status, str] = {
    Proposal.Status.PENDING: "“{what}” waits for you.",
    Proposal.Status.CONFIRMED: "You confirmed “{what}”.",
    Proposal.Status.DISMISSED: "You set “{what}” aside.",
    Proposal.Status.STALE: "“{what}” is out of date: a newer text took its place.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A proposal with the text as the coach last typed it, and what came of their click."""

    proposal: Proposal
    text: str
    problem: str = ""
    """Why it was not done; the coach's words are still in the field."""
    over: OverBudgetError | None = None
    conflict: CompanionPersonality | None = None
    """The layer as it is now, when it changed since the proposal was written."""
    is_fresh: bool = False
    """Whether the coach has decided this moment; the card then takes the focus."""
    place: str = ""
    """Where it stands, when not in the conversation; keeps ids apart on a page that shows it twice."""

    @property
    def ident(self) -> str:
        """What its elements' ids share."""
        return f"{self.proposal.pk}-{self.place}" if self.place else str(self.proposal.pk)

    @property
    def what(self) -> str:
        """Name what is proposed: the layer, or the kind of thing."""
        kind = self.proposal.get_kind_display()
        return f"{kind}: {self.layer_title}" if self.layer_title else kind

    @property
    def bar_id(self) -> str:
        """The element that typing moves."""
        return f"proposal-{self.ident}-budget"

    @property
    def subject(self) -> str:
        """What it is called, where the kind does not say it."""
        if self.proposal.kind == Proposal.Kind.SKILL:
            return self.proposal.title.replace("-", " ").capitalize()
        return "" if self.layer_title else self.proposal.title

    @property
    def text_label(self) -> str:
        """What the field holds."""
        return LABELS[Proposal.Kind(self.proposal.kind)]

    @property
    def caution(self) -> str:
        """What the coach should know before they agree."""
        return CAUTIONS.get(Proposal.Kind(self.proposal.kind), "")

    @property
    def yes(self) -> str:
        """What the button says that agrees."""
        if self.conflict:
            return "Use this text anyway"
        if self.proposal.text:
            return YES[Proposal.Kind(self.proposal.kind)]
        return "Forget it" if self.proposal.kind == Proposal.Kind.MEMORY else "Do it"

    @property
    def outcome(self) -> str:
        """What became of it."""
        what = self.layer_title or self.subject or self.proposal.get_kind_display()
        if self.proposal.kind == Proposal.Kind.NUDGE and self.proposal.status == Proposal.Status.CONFIRMED:
            return f"You marked the draft “{what}” as used. JourneyLoop did not send it."
        if self.proposal.kind == Proposal.Kind.MEMORY and self.proposal.status == Proposal.Status.CONFIRMED:
            return f"Kept: “{self.proposal.text}”" if self.proposal.text else f"Forgotten: “{what}”"
        return OUTCOMES[Proposal.Status(self.proposal.status)].format(what=what) + self._aftermath()

    def _aftermath(self) -> str:
        is_kept = self.proposal.status == Proposal.Status.CONFIRMED and self.proposal.kind == "schedule"
        return f" {self.caution}" if is_kept else ""

    @property
    def abilities(self) -> list[str]:
        """What the last missing layer has opened."""
        return unlockable()

    @property
    def layer_title(self) -> str:
        """The layer's name in words."""
        return str(Layer(self.proposal.layer).label) if self.proposal.layer in Layer.values else ""

    @property
    def budget(self) -> Budget | None:
        """How much of its budget the text takes: guessed without the encoder, exact once it was refused."""
        if self.over:
            return Budget(used=self.over.tokens, cap=self.over.cap)
        if self.proposal.kind == Proposal.Kind.LAYER:
            cap = LAYERS[cast(LayerName, self.proposal.layer)]
        elif self.proposal.kind == Proposal.Kind.SKILL:
            cap = SKILL_CAP
        else:
            return None
        return Budget(used=rough(self.text), cap=cap, is_estimate=True)

    @property
    def replaces(self) -> bool:
        """Whether there is a present text to compare with."""
        return self.proposal.kind == Proposal.Kind.LAYER and self.proposal.base_version > 0

    @property
    def changes(self) -> Sequence[Segment]:
        """What the typed text would change in the layer as it is now."""
        return words(self.conflict.text, self.text) if self.conflict else ()

    @property
    def evidence_label(self) -> str:
        """Whose words it rests on."""
        said_by = self.proposal.fields.get("said_by", CompanionMemory.SaidBy.COACH)
        return "Your words" if said_by == CompanionMemory.SaidBy.COACH else "Your client\u2019s words"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The typed particulars of a skill or a schedule, in words."""
        fields = self.proposal.fields
        if self.proposal.kind == Proposal.Kind.SKILL:
            triggers = ", ".join(TRIGGERS.get(each, each) for each in fields.get("triggers", []))
            found = [("Used", triggers), ("For", fields.get("description", ""))]
        elif self.proposal.kind == Proposal.Kind.SCHEDULE:
            found = [("When", when_in_words(fields.get("kind", ""), fields.get("when", "")))]
        elif self.proposal.kind == Proposal.Kind.MEMORY:
            found = [("From", _source(fields))]
        else:
            found = []
        if self.proposal.client:
            found.append(("Client", self.proposal.client.name))
        action = ACTIONS.get(fields.get("action", ""), "")
        return [(name, value) for name, value in [("Change", action), *found] if value]


def _source(fields: Mapping[str, Any]) -> str:
    """Say where a fact comes from: what it would be remembered with."""
    kinds = dict(CompanionMemory.Source.choices)
    return str(kinds.get(fields.get("source_kind", ""), ""))


def card_of(proposal: Proposal, *, place: str = "") -> Card:
    """Show a proposal as it stands."""
    return Card(proposal=proposal, text=proposal.text, place=place)


def when_in_words(kind: str, when: str) -> str:
    """Say when a schedule runs; a rule that has no plain words is shown as it is."""
    if kind == "session":
        return _around_session(when)
    if kind == "inactive":
        return f"after {when} days without contact"
    if kind == "recurring":
        return _cron(when)
    return when


def _around_session(minutes: str) -> str:
    try:
        count = int(minutes)
    except ValueError:
        return minutes
    side = "before each session" if count < 0 else "after each session"
    return f"{abs(count)} minutes {side}" if count else "when a session begins"


def _cron(rule: str) -> str:
    """Put the common rules into words: each day, working days, one day a week."""
    parts = rule.split()
    if len(parts) != 5 or not (parts[0].isdigit() and parts[1].isdigit()) or parts[2:4] != ["*", "*"]:
        return f"by the rule {rule}"
    at, day = f"at {int(parts[1]):02}:{int(parts[0]):02}", parts[4]
    if day.isdigit() and int(day) < 8:
        return f"every {DAYS[int(day) % 7]} {at}"
    return {"*": f"every day {at}", "1-5": f"every working day {at}"}.get(day, f"by the rule {rule}")
