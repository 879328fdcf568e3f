"""
What a client may agree to, in the words that they agree to. No Django, no rows.

A wording's version is part of every statement, and a statement holds only for the wording that it was made
about: change a text and its number here, and each client is asked again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What consent is asked for, each by itself; every one is "no" until somebody says otherwise."""

    RECORD = "record"
    AI_PROCESSING = "ai_processing"
    AI_CHAT = "ai_chat"
    QUOTES_IN_PREP = "quotes_in_prep"
    HOURS_LOG = "hours_log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One purpose in plain words."""

    version: str
    title: str
    deed: str
    """What is agreed to, to stand after "has not agreed to"."""
    text: str
    """What the client says yes or no to."""
    asked_again: str
    """Why a yes to an earlier wording does not hold, to stand after "because"."""


def _nobody_else() -> str:
    return "offline"


_reader: Callable[[], str] = _nobody_else


def _nobody() -> str:
    return ""


_hearer: Callable[[], str] = _nobody
OWN = "own"
"""A transcriber that runs on a server of the practice's own."""

_COMPANIES = {
    "anthropic": "Anthropic",
    "openai": "OpenAI",
    "google": "Google",
    "mistral": "Mistral",
    "groq": "Groq",
}


def read_by(find: Callable[[], str]) -> None:
    """Say how to find out whose model reads a client's words: a provider's name, or "offline"."""
    global _reader  # noqa: PLW0603 # one per process, set while it starts
    _reader = find


def heard_by(find: Callable[[], str]) -> None:
    """Say how to find out who turns recordings into words: a company's name, "own", or "" for nobody."""
    global _hearer  # noqa: PLW0603 # one per process, set while it starts
    _hearer = find


def hearer() -> str:
    """Name who turns recordings into words; empty where recordings are refused."""
    return _hearer()


def wording(purpose: Purpose) -> Wording:
    """Find the wording that is asked about now."""
    return _WORDINGS[purpose]()


def _record() -> Wording:
    return Wording(
        version="1",
        title="Recording",
        deed="being recorded",
        text=(
            "Our sessions may be recorded, in sound or as a transcript, so that we can go back to what was "
            "said. I am told before each recording begins and can stop it at any moment."
        ),
        asked_again="the wording about recording has changed",
    )


def _ai_processing() -> Wording:
    provider, ear = _reader(), _hearer()
    return Wording(
        version=f"1-{provider}+{ear}" if ear else f"1-{provider}",
        title="AI reads transcripts",
        deed="AI reading the words of their sessions",
        text=(
            "The words of our sessions may be read by AI, to find themes, promises and open questions for my "
            f"coach to check. {_where(provider)}{_heard(ear)} "
            "Nothing that it finds reaches anybody but my coach."
        ),
        asked_again="who reads the words has changed",
    )


def _ai_chat() -> Wording:
    provider = _reader()
    return Wording(
        version=f"1-{provider}",
        title="AI assistant",
        deed="talking with an AI assistant",
        text=(
            "Between sessions I may write with an AI assistant, which is always named as AI. My coach can "
            f"read what is written there. {_where(provider)}"
        ),
        asked_again="who answers has changed",
    )


def _quotes_in_prep() -> Wording:
    return Wording(
        version="1",
        title="Quotes in preparation",
        deed="being quoted when a session is prepared",
        text=(
            "My own words may be quoted back to my coach when the next session is prepared. They stay "
            "between the two of us."
        ),
        asked_again="the wording about quotes has changed",
    )


def _hours_log() -> Wording:
    return Wording(
        version="1",
        title="Hours log",
        deed="being listed in the hours log",
        text=(
            "My name, my email address and the hours that we worked may be listed in the log that my coach "
            "keeps for a professional credential. What we talked about is not in it."
        ),
        asked_again="the wording about the hours log has changed",
    )


def _where(provider: str) -> str:
    if provider == "offline":
        return "The AI is a program on the practice's own server; no other company is sent the words."
    return f"The AI is run by {_COMPANIES.get(provider, provider)}, which is sent the words for that."


def _heard(ear: str) -> str:
    if not ear:
        return ""
    if ear == OWN:
        return " Recordings are turned into words by a program on the practice's own server."
    return f" Recordings are turned into words by {_COMPANIES.get(ear, ear)}, which is sent the sound."


_WORDINGS: dict[Purpose, Callable[[], Wording]] = {
    Purpose.RECORD: _record,
    Purpose.AI_PROCESSING: _ai_processing,
    Purpose.AI_CHAT: _ai_chat,
    Purpose.QUOTES_IN_PREP: _quotes_in_prep,
    Purpose.HOURS_LOG: _hours_log,
}
