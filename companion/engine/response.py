"""
What a model may answer: one message and lists of small typed wishes. A wish is not yet an effect.

The order matters: `chat_message` is first so that its text can be shown while the rest is being written.
No free dicts: strict structured output turns them into empty objects.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from companion.engine.framing import visible

LayerName = Literal["soul", "identity", "coach_knowledge", "instructions", "environment", "client_persona"]
Panel = Literal["main", "secondary", "page"]
"""`page` lays a whole page over both panels."""
PanelKind = Literal[
    "bootstrap",
    "personality",
    "client",
    "session",
    "calendar",
    "memory",
    "proposals",
    "abilities",
]
"""The kinds that a panel has a fragment for; a test holds them to the models' list."""
PageKind = Literal["client", "session", "calendar", "observations"]
"""The whole pages that can be laid over the panels."""
Shown = Literal[PanelKind, PageKind]
Mode = Literal["bootstrap", "pre_session", "post_session", "idle"]
SkillAction = Literal["create", "edit", "retire"]
Trigger = Literal["message", "session_approaching", "session_complete", "client_inactive"]
ScheduleAction = Literal["create", "pause", "resume", "remove"]
ScheduleKind = Literal["once", "recurring", "session", "inactive"]
MemorySubject = Literal["coach", "client"]
MemoryAction = Literal["remember", "forget"]
TopicResult = Literal["answered", "skipped"]
QuestionKind = Literal["choice", "yes_no", "quick_capture", "rating"]


def _on_one_line(text: str) -> str:
    return " ".join(visible(text).split())


# What the coach cannot see they cannot judge: nothing invisible reaches a card, and nothing that becomes a
# subject, a name or a key breaks its line.
Word = Annotated[str, StringConstraints(max_length=120), AfterValidator(_on_one_line)]
Line = Annotated[str, StringConstraints(max_length=600), AfterValidator(_on_one_line)]
Statement = Annotated[str, StringConstraints(max_length=500), AfterValidator(_on_one_line)]
"""As long as the row that keeps it."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=16_000), AfterValidator(visible)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=16_000)]
"""What is shown in the conversation as it came: joined emoji and other scripts need their marks."""

ITEMS_PER_LIST = 12
"""More than this in one answer is a runaway, not a wish."""


class Part(BaseModel):
    """A part of an answer. Unknown keys are ignored, so that an answer never fails for saying too much."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PanelUpdate(Part):
    """Show something beside the conversation."""

    panel: Panel
    kind: Shown
    ref: Word = ""
    """The ref of a client or session as the context gives it; empty for kinds that need none."""


class Notification(Part):
    """A short notice that goes away by itself."""

    title: Word
    text: Line = ""


class ContextHint(Part):
    """What the conversation has turned to."""

    mode: Mode
    client_ref: Word = ""
    session_ref: Word = ""


class PersonalityUpdate(Part):
    """The whole new text of one layer."""

    layer: LayerName
    text: Text
    reason: Line
    quote: Line
    """The coach's own words that ask for it."""


class SkillUpdate(Part):
    """A skill to make, change or retire; `body` is the whole new instruction text."""

    action: SkillAction
    slug: Word
    description: Line = ""
    triggers: list[Trigger] = []
    body: Text = ""
    reason: Line


class ScheduleUpdate(Part):
    """A standing arrangement; `when` depends on the kind, see the interface instructions."""

    action: ScheduleAction
    kind: ScheduleKind
    name: Word
    when: Word = ""
    task: Line = ""
    client_ref: Word = ""


class MemoryUpdate(Part):
    """One fact worth keeping, with the words that show it."""

    action: MemoryAction
    about: MemorySubject
    client_ref: Word = ""
    statement: Statement
    quote: Line
    importance: Literal[1, 2, 3, 4, 5]


class NudgeDraft(Part):
    """A message to a client that the coach may approve, change or throw away."""

    client_ref: Word
    subject: Word
    body: Text
    why: Line


class TopicUpdate(Part):
    """What the coach said to one bootstrap topic."""

    topic: Word
    result: TopicResult
    quote: Line
    """Copied from the coach's message, word for word."""


class MicroInteraction(Part):
    """One small question with its answers ready to press."""

    kind: QuestionKind
    prompt: Line
    options: list[Word] = []


class CompanionResponse(Part):
    """One whole answer of the companion."""

    chat_message: Prose
    panel_updates: list[PanelUpdate] = []
    notification: Notification | None = None
    context_hint: ContextHint | None = None
    personality_updates: list[PersonalityUpdate] = []
    skill_updates: list[SkillUpdate] = []
    schedule_updates: list[ScheduleUpdate] = []
    memory_updates: list[MemoryUpdate] = []
    nudge_drafts: list[NudgeDraft] = []
    topic_updates: list[TopicUpdate] = []
    question: MicroInteraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A wish that was not granted. `why` is what the coach reads."""

    code: str
    what: str
    """The part of the answer, such as `nudge_drafts`."""
    why: str
    target: str = ""
    """The layer, skill or client it was about, so that a clean turn can be offered."""


class UnreadableAnswerError(Exception):
    """The answer holds no message at all."""


LISTS: Mapping[str, type[Part]] = {
    "panel_updates": PanelUpdate,
    "personality_updates": PersonalityUpdate,
    "skill_updates": SkillUpdate,
    "schedule_updates": ScheduleUpdate,
    "memory_updates": MemoryUpdate,
    "nudge_drafts": NudgeDraft,
    "topic_updates": TopicUpdate,
}
SINGLES: Mapping[str, type[Part]] = {
    "notification": Notification,
    "context_hint": ContextHint,
    "question": MicroInteraction,
}


def lenient(raw: str | Mapping[str, Any]) -> tuple[CompanionResponse, list[Refusal]]:
    """
    Read an answer, dropping what does not fit and saying so.

    Raises UnreadableAnswerError when there is no message to show.
    """
    answer = storable_parts(as_mapping(raw))
    message = answer.get("chat_message")
    if not isinstance(message, str) or not message.strip():
        raise UnreadableAnswerError("the answer has no chat_message")
    refusals: list[Refusal] = []
    parts: dict[str, object] = {"chat_message": message.strip()[:16_000]}
    for name, kind in LISTS.items():
        parts[name] = _good_items(name, kind, answer.get(name), refusals)
    for name, kind in SINGLES.items():
        parts[name] = next(iter(_good_items(name, kind, answer.get(name), refusals)), None)
    return CompanionResponse.model_validate(parts), refusals


def as_mapping(raw: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """Read an answer's outermost object. Raises UnreadableAnswerError."""
    if not isinstance(raw, str):
        return raw
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableAnswerError("the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise UnreadableAnswerError("the answer is not an object")
    return answer


def storable(text: str) -> str:
    """Drop what JSON and forms can say and no database can keep: NUL, and halves of characters."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def storable_parts(value: Any) -> Any:
    """Make every text in an answer `storable`. Raises UnreadableAnswerError for one that has no bottom."""
    try:
        return _storable_parts(value)
    except RecursionError as error:
        raise UnreadableAnswerError("the answer is nested too deeply") from error


def _storable_parts(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable_parts(each) for each in value]
    return {key: _storable_parts(each) for key, each in value.items()} if isinstance(value, dict) else value


def _good_items(name: str, kind: type[Part], raw: object, refusals: list[Refusal]) -> list[Part]:
    items = raw if isinstance(raw, list) else [] if raw is None else [raw]
    if len(items) > ITEMS_PER_LIST:
        refusals.append(
            Refusal(
                code="too_many", what=name, why=f"More than {ITEMS_PER_LIST} at once; I kept the first ones."
            )
        )
    good = []
    for item in items[:ITEMS_PER_LIST]:
        try:
            good.append(kind.model_validate(item))
        except ValidationError as error:
            refusals.append(Refusal(code="malformed", what=name, why=_plain_reason(error)))
    return good


def _plain_reason(error: ValidationError) -> str:
    fields = sorted(
        {".".join(str(step) for step in fault["loc"]) or "the whole part" for fault in error.errors()}
    )
    return f"One part of the answer did not fit its form and was left out ({', '.join(fields)})."


@cache
def schema() -> dict[str, Any]:
    """Give the JSON schema that goes to the model: no titles, no descriptions; the prompt explains."""
    return bare_schema(CompanionResponse)


def bare_schema(answer: type[Part]) -> dict[str, Any]:
    """Give the JSON schema of an answer with nothing in it but its form."""
    full = answer.model_json_schema()
    bare: dict[str, Any] = _bare(full, full.pop("$defs"))
    return bare


def _bare(node: Any, definitions: Mapping[str, Any], *, is_names: bool = False) -> Any:
    """Put each definition where it is used, once each, and drop what a model does not need."""
    if isinstance(node, list):
        return [_bare(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _bare(definitions[node["$ref"].rpartition("/")[2]], definitions)
    unwanted = () if is_names else ("title", "description", "default", "maxLength", "minimum", "maximum")
    return {
        key: _bare(value, definitions, is_names=key == "properties")
        for key, value in node.items()
        if key not in unwanted
    }
