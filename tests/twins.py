"""
Twins: two practices with the same rows, at least one of every tenant model, and a mark in every text.

Words are put into text and JSON fields by looking at the model, so a new field gets one by itself; a new
model has no twins until it is given a maker here, and test_tenant_wall.py says so. Whoever finds `zqalice` in
something that is Bob's has found a hole in the wall.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, EmailField, Field, JSONField, Model, TextField, URLField

from coaching.models import (
    ApiKey,
    Client,
    CoachingProfile,
    CoachingSession,
    Commitment,
    Consent,
    Goal,
    GoalDelta,
    Milestone,
    Note,
    Speaker,
    Transcript,
    Utterance,
)
from companion import models as companion
from companion.actions import provisioning
from journeyloop.tenancy import tenant
from tests import factories
from tests.factories import NOON

Fields = Mapping[str, Any]

LAST_MESSAGE, LAST_EVENT = 20, 1


@dataclass(eq=False)
class Practice:
    """One coach with rows of every kind."""

    mark: str
    """The beginning of every word that is this coach's."""
    coach: CoachingProfile
    rows: dict[type[Model], list[Any]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def word(self) -> str:
        """Make a word that nothing else contains. Short, because some columns are."""
        self.words.append(f"{self.mark}{len(self.words):03}")
        return self.words[-1]

    def all(self, model: type[Model]) -> list[Any]:
        return self.rows[model]

    def one(self, model: type[Model]) -> Any:
        return self.rows[model][0]

    @property
    def clients(self) -> list[Client]:
        return self.rows[Client]


@dataclass(frozen=True)
class Twins:
    """Two practices that must know nothing of each other."""

    alice: Practice
    bob: Practice


Maker = Callable[[Practice], list[Fields]]


def make_twins() -> Twins:
    """Make both practices."""
    return Twins(make_practice("zqalice"), make_practice("zqbob"))


def make_practice(mark: str) -> Practice:
    """Make one practice: what every coach is given, then rows of every other kind."""
    practice = Practice(mark, factories.make_coach(f"{mark}@example.com", name=mark))
    with tenant(practice.coach.pk):
        provisioning.provision(coach=practice.coach)
        for model in PROVISIONED:
            practice.rows[model] = [_rewritten(practice, row) for row in model.objects.order_by("pk")]
        for model, maker in MAKERS.items():
            practice.rows[model] = [
                model._default_manager.create(**{**texts(practice, model, given), **given})
                for given in maker(practice)
            ]
        _count(practice)
    practice.rows[ApiKey] = [_key(practice)]
    return practice


def texts(practice: Practice, model: type[Model], given: Fields) -> dict[str, Any]:
    """Find a word for every text field of a model that is not given."""
    return {
        each.name: _text(practice, each)
        for each in model._meta.concrete_fields
        if holds_words(each) and each.name not in given
    }


def holds_words(each: "Field[Any, Any]") -> bool:
    """Say whether a field can hold anything that somebody wrote."""
    return isinstance(each, CharField | TextField | JSONField | ArrayField) and not each.choices


def _text(practice: Practice, each: "Field[Any, Any]") -> Any:
    word = practice.word()
    if isinstance(each, EmailField):
        return f"{word}@example.com"
    if isinstance(each, URLField):
        return f"https://{word}.example.com/"
    return [word] if isinstance(each, JSONField | ArrayField) else word


def _rewritten(practice: Practice, row: Any) -> Any:
    for name, value in texts(practice, type(row), PROVISIONED[type(row)]).items():
        setattr(row, name, value)
    row.save()
    return row


def _count(practice: Practice) -> None:
    """Let the counters know of the numbers that the makers gave away."""
    conversation, events = practice.one(companion.Conversation), practice.one(companion.StreamCounter)
    conversation.last_number, events.last_number = LAST_MESSAGE, LAST_EVENT
    conversation.save()
    events.save()


def _key(practice: Practice) -> ApiKey:
    prefix, digest = practice.word(), practice.word()
    return ApiKey.objects.create(owner=practice.coach, name=practice.word(), prefix=prefix, digest=digest)


# --- What a coach has from the first visit: the fields here keep what provisioning wrote --------------------

PROVISIONED: dict[type[Any], Fields] = {
    companion.CompanionContext: {},
    companion.CompanionState: {},
    companion.Conversation: {},
    companion.CompanionPersonality: {},
    companion.BootstrapTopic: {"key": ...},
    companion.StreamCounter: {},
}

# --- Everything else, in the order in which rows refer to each other ----------------------------------------


def _clients(practice: Practice) -> list[Fields]:
    return [{"time_zone": "Europe/Lisbon"}, {"time_zone": "Asia/Tokyo"}]


def _sessions(practice: Practice) -> list[Fields]:
    agreed = {"starts_at": NOON, "time_zone": "Europe/Lisbon"}
    return [{"client": client, **agreed} for client in practice.clients]


def _notes(practice: Practice) -> list[Fields]:
    sessions = practice.all(CoachingSession)
    return [
        *({"client": client} for client in practice.clients),
        *({"client": session.client, "session": session} for session in sessions),
    ]


def _consents(practice: Practice) -> list[Fields]:
    said = {"purpose": "record", "given": True, "actor": "coach", "method": "said", "at": NOON}
    return [{**said, "client": client} for client in practice.clients]


def _goals(practice: Practice) -> list[Fields]:
    sessions = practice.all(CoachingSession)
    return [{"client": each.client, "session": each, "evidence": []} for each in sessions]


def _milestones(practice: Practice) -> list[Fields]:
    return [{"goal": goal} for goal in practice.all(Goal)]


def _goal_deltas(practice: Practice) -> list[Fields]:
    step = {"before": 0, "value": 20, "at": NOON, "evidence": []}
    return [{**step, "goal": goal, "session": goal.session} for goal in practice.all(Goal)]


def _commitments(practice: Practice) -> list[Fields]:
    common = {"promised_by": "coach", "evidence": []}
    return [{**common, "client": each.client, "session": each} for each in practice.all(CoachingSession)]


def _transcripts(practice: Practice) -> list[Fields]:
    """One of each session that is read, and before them one that could not be."""
    sessions = practice.all(CoachingSession)
    common = {"format": "txt", "size": 1, "uploaded_by": practice.coach.user}
    failed = {"session": sessions[0], "status": "failed", "content": practice.word().encode()}
    return [
        {**common, **each, "client": each["session"].client}
        for each in (failed, *({"session": session, "status": "read"} for session in sessions))
    ]


def _speakers(practice: Practice) -> list[Fields]:
    return [
        {"transcript": each, "client": each.client, "number": 1, "role": "client"}
        for each in practice.all(Transcript)
        if each.is_read
    ]


def _utterances(practice: Practice) -> list[Fields]:
    return [
        {
            "transcript": each.transcript,
            "session": each.transcript.session,
            "client": each.client,
            "speaker": each,
            "number": 1,
        }
        for each in practice.all(Speaker)
    ]


def _errands(practice: Practice) -> list[Fields]:
    about = [(each.client, each.session, each) for each in practice.all(Transcript)]
    return [
        {"kind": "read_transcript", "client": client, "session": session, "transcript": transcript}
        for client, session, transcript in about
    ]


def _turns(practice: Practice) -> list[Fields]:
    base = {"conversation": practice.one(companion.Conversation)}
    word = practice.word
    refusals = [{"code": word(), "what": word(), "why": word()}]
    return [
        {**base, "number": 2, "status": "done", "finished_at": NOON, "refusals": refusals},
        {**base, "number": 4, "status": "failed", "finished_at": NOON, "refusals": []},
        {**base, "number": 6, "status": "queued", "refusals": []},
    ]


def _messages(practice: Practice) -> list[Fields]:
    turns = practice.all(companion.Turn)
    said = [
        {"turn": turn, "role": "coach", "number": turn.number - 1, "client": client}
        for turn, client in zip(turns, [*practice.clients, None], strict=True)
    ]
    answered = {"turn": turns[0], "role": "companion", "number": LAST_MESSAGE}
    conversation = practice.one(companion.Conversation)
    return [{**fields, "conversation": conversation} for fields in (*said, answered)]


def _questions(practice: Practice) -> list[Fields]:
    return [{"turn": practice.one(companion.Turn), "kind": "quick_capture", "options": []}]


def _of_a_turn(practice: Practice) -> list[Fields]:
    return [{"turn": practice.one(companion.Turn)}]


def _proposals(practice: Practice) -> list[Fields]:
    turn = practice.one(companion.Turn)
    return [
        {"turn": turn, "kind": "layer", "layer": "soul", "fields": {}},
        *(
            {"turn": turn, "kind": "nudge", "layer": "", "client": client, "fields": {}}
            for client in practice.clients
        ),
    ]


def _versions(practice: Practice) -> list[Fields]:
    turn = practice.one(companion.Turn)
    layers = practice.all(companion.CompanionPersonality)
    common = {"version": 1, "token_estimate": 3, "source": "companion", "turn": turn}
    return [{"personality": layer, **common} for layer in layers]


def _skills(practice: Practice) -> list[Fields]:
    return [{"coach": practice.coach}]


def _fact(practice: Practice) -> Fields:
    turn = practice.one(companion.Turn)
    return {"source_kind": "coach_message", "said_by": "coach", "observed_at": NOON, "turn": turn}


def _memories(practice: Practice) -> list[Fields]:
    return [_fact(practice)]


def _knowledge(practice: Practice) -> list[Fields]:
    return [{**_fact(practice), "client": client} for client in practice.clients]


def _intelligence(practice: Practice) -> list[Fields]:
    sessions = practice.all(CoachingSession)
    left_out = [{"kind": "theme", "reason": "no_evidence", "count": 1}]
    return [{"session": each, "client": each.client, "left_out": left_out} for each in sessions]


def _claims(practice: Practice) -> list[Fields]:
    each = practice.all(companion.SessionIntelligence)
    return [
        {
            "intelligence": found,
            "session": found.session,
            "client": found.client,
            "kind": "theme",
            "version": 1,
            "order": 0,
            "status": "edited",
            "decided_at": NOON,
        }
        for found in each
    ]


def _evidence(practice: Practice) -> list[Fields]:
    said = {each.session_id: each for each in practice.all(Utterance)}
    return [
        {"claim": claim, "client": claim.client, "utterance": said[claim.session_id], "start": 0, "end": 4}
        for claim in practice.all(companion.Claim)
    ]


def _analyses(practice: Practice) -> list[Fields]:
    sessions = practice.all(CoachingSession)
    return [
        {"session": each, "client": each.client, "numbers": [], "generated_at": NOON} for each in sessions
    ]


def _recaps(practice: Practice) -> list[Fields]:
    sessions = practice.all(CoachingSession)
    return [{"session": each, "client": each.client, "kept_at": NOON} for each in sessions]


def _parts(practice: Practice) -> list[Fields]:
    return [
        {"transcript": each, "client": each.client, "number": 0, "total": 1}
        for each in practice.all(Transcript)
    ]


def _schedules(practice: Practice) -> list[Fields]:
    common = {"schedule_type": "one_off", "time_zone": "Europe/Lisbon"}
    return [{**common, "client": client} for client in practice.clients]


def _executions(practice: Practice) -> list[Fields]:
    schedules = practice.all(companion.CompanionSchedule)
    turn = practice.one(companion.Turn)
    return [{"schedule": each, "due_at": NOON, "triggered_at": NOON, "turn": turn} for each in schedules]


def _usage(practice: Practice) -> list[Fields]:
    return [{"turn": practice.one(companion.Turn), "fence": 1, "reserved_usd": 1}]


def _audit(practice: Practice) -> list[Fields]:
    return [{"by": practice.coach.user, "at": NOON + timedelta(minutes=1)}]


def _events(practice: Practice) -> list[Fields]:
    return [{"number": LAST_EVENT, "data": {"id": practice.word()}}]


MAKERS: dict[type[Model], Maker] = {
    Client: _clients,
    CoachingSession: _sessions,
    Note: _notes,
    Consent: _consents,
    Goal: _goals,
    Milestone: _milestones,
    GoalDelta: _goal_deltas,
    Commitment: _commitments,
    Transcript: _transcripts,
    Speaker: _speakers,
    Utterance: _utterances,
    companion.Errand: _errands,
    companion.Turn: _turns,
    companion.Message: _messages,
    companion.MicroInteraction: _questions,
    companion.Notification: _of_a_turn,
    companion.Proposal: _proposals,
    companion.PersonalityVersion: _versions,
    companion.CompanionSkill: _skills,
    companion.CompanionMemory: _memories,
    companion.ClientKnowledge: _knowledge,
    companion.SessionIntelligence: _intelligence,
    companion.Claim: _claims,
    companion.Evidence: _evidence,
    companion.SessionAnalysis: _analyses,
    companion.AnalysedPart: _parts,
    companion.SessionRecap: _recaps,
    companion.CompanionSchedule: _schedules,
    companion.ScheduleExecution: _executions,
    companion.UsageEntry: _usage,
    companion.AuditEvent: _audit,
    companion.StreamEvent: _events,
}
