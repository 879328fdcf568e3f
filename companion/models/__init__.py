from companion.models.audit import AuditEvent
from companion.models.context import CompanionContext, PanelKind
from companion.models.conversation import Conversation, Message, Turn
from companion.models.errands import Errand
from companion.models.intelligence import AnalysedPart, SessionAnalysis, SessionIntelligence
from companion.models.interactions import MicroInteraction, Notification, Proposal
from companion.models.memory import ClientKnowledge, CompanionMemory
from companion.models.personality import (
    BootstrapTopic,
    CompanionPersonality,
    CompanionState,
    Layer,
    PersonalityVersion,
)
from companion.models.recaps import SessionRecap
from companion.models.scheduling import CompanionSchedule, ScheduleExecution
from companion.models.skills import CompanionSkill
from companion.models.statements import Claim, Evidence
from companion.models.stream import StreamCounter, StreamEvent
from companion.models.usage import UsageEntry

__all__ = [
    "AnalysedPart",
    "AuditEvent",
    "BootstrapTopic",
    "Claim",
    "ClientKnowledge",
    "CompanionContext",
    "CompanionMemory",
    "CompanionPersonality",
    "CompanionSchedule",
    "CompanionSkill",
    "CompanionState",
    "Conversation",
    "Errand",
    "Evidence",
    "Layer",
    "Message",
    "MicroInteraction",
    "Notification",
    "PanelKind",
    "PersonalityVersion",
    "Proposal",
    "ScheduleExecution",
    "SessionAnalysis",
    "SessionIntelligence",
    "SessionRecap",
    "StreamCounter",
    "StreamEvent",
    "Turn",
    "UsageEntry",
]
