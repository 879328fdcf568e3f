from coaching.models.accounts import ApiKey, CoachingProfile, User
from coaching.models.clients import Client
from coaching.models.commitments import Commitment
from coaching.models.consents import Consent, Standing
from coaching.models.goals import Goal, GoalDelta, Milestone, Source
from coaching.models.notes import Note
from coaching.models.sessions import CoachingSession
from coaching.models.sign_ins import AccountEvent, Tally
from coaching.models.transcripts import Speaker, Transcript, Utterance

__all__ = [
    "AccountEvent",
    "ApiKey",
    "Client",
    "CoachingProfile",
    "CoachingSession",
    "Commitment",
    "Consent",
    "Goal",
    "GoalDelta",
    "Milestone",
    "Note",
    "Source",
    "Speaker",
    "Standing",
    "Tally",
    "Transcript",
    "User",
    "Utterance",
]
