"""Reads an assembled prompt back into what the offline model needs to know. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from companion.engine import bootstrap as b
from companion.engine import instructions
from companion.engine.response import LayerName

_FRAME = re.compile(r'<data kind="([^"]+)"(?: source="([^"]*)")?>\n(.*?)\n</data>', re.DOTALL)
_MESSAGE = re.compile(r"\A(?:<note>\n(?P<note>.*?)\n</note>\n\n)?(?P<text>.*)\Z", re.DOTALL)
_CLIENT = re.compile(r"^- (?P<name>.+?) \[ref (?P<ref>[0-9a-f]{8})\] (?P<rest>.*)$", re.MULTILINE)
_SESSION = re.compile(
    r"^- (?P<starts>.+?): (?P<what>.+?) \[ref (?P<ref>[0-9a-f]{8})\] (?P<status>\w+)$", re.MULTILINE
)
_TIME = re.compile(r"^Local time: (?P<day>\w+) (?P<date>.+?), (?P<hour>\d\d):(?P<minute>\d\d)", re.MULTILINE)
_COACH = re.compile(r"^The coach: (?P<name>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client as the memory section names them."""

    name: str
    ref: str
    rest: str

    @property
    def first_name(self) -> str:
        """What the coach most likely calls them."""
        return self.name.split()[0]

    def detail(self, key: str) -> str:
        """Find `goal`, `last` or `next` in the line; empty when it is not there."""
        found = re.search(rf"(?:^|; ){key}: (.*?)(?:; (?:last|next): |$)", self.rest)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as the memory section names it."""

    starts: str
    what: str
    ref: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the offline model makes of a prompt."""

    coach_name: str
    unlocked: bool
    bootstrap: b.Bootstrap | None
    layers: Mapping[str, str]
    clients: tuple[Client, ...]
    sessions: tuple[Session, ...]
    known: tuple[str, ...]
    """Lines of what is remembered: recalled for this message, about the coach, and blocks of context."""
    blocks: tuple[tuple[str, str, str], ...]
    """Further context: kind, source, text."""
    weekday: str
    hour: int
    message: str
    last_reply: str
    turns: int

    def mentioned(self) -> Client | None:
        """Find the client whom the message names, by full name or by an unambiguous first name."""
        said = self.message.casefold()
        for client in self.clients:
            if client.name.casefold() in said:
                return client
        named = [
            each for each in self.clients if re.search(rf"\b{re.escape(each.first_name.casefold())}\b", said)
        ]
        return named[0] if len(named) == 1 else None


def read(*, system: str, texts: Sequence[str], replies: Sequence[str]) -> Reading:
    """Read a prompt: its system part, the user texts from memory to current message, the replies."""
    memory, note, message = texts[0], *_split(texts[-1])
    frames = [(kind, source, text) for kind, source, text in _FRAME.findall(memory)]
    noted = {kind: text for kind, _, text in _FRAME.findall(note)}
    time, coach = _TIME.search(note), _COACH.search(memory)
    is_bootstrap = instructions.BOOTSTRAP in system
    by_kind = {kind: text for kind, _, text in frames}
    return Reading(
        coach_name=coach["name"] if coach else "",
        unlocked=instructions.UNLOCKED in system,
        bootstrap=_bootstrap(noted.get("bootstrap", "")) if is_bootstrap else None,
        layers=_layers(system),
        clients=tuple(Client(**found.groupdict()) for found in _CLIENT.finditer(by_kind.get("clients", ""))),
        sessions=tuple(
            Session(**found.groupdict()) for found in _SESSION.finditer(by_kind.get("sessions", ""))
        ),
        known=tuple(
            each
            for text in (noted.get("recalled", ""), by_kind.get("about_the_coach", ""))
            for each in text.splitlines()
            if each.startswith("- ")
        ),
        blocks=tuple(each for each in frames if each[0] not in {"clients", "sessions", "about_the_coach"}),
        weekday=time["day"] if time else "",
        hour=int(time["hour"]) if time else 12,
        message=message,
        last_reply=replies[-1] if replies else "",
        turns=len(replies),
    )


def _split(text: str) -> tuple[str, str]:
    found = _MESSAGE.match(text)
    return (found["note"] or "", found["text"].strip()) if found else ("", text)


def _layers(system: str) -> dict[str, str]:
    """Split the personality at its headings."""
    head = system.partition(instructions.RULES)[0]
    parts = re.split(r"^# (.+)$", head, flags=re.MULTILINE)
    return {title: text.strip() for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def _bootstrap(text: str) -> b.Bootstrap:
    """Read back what `bootstrap.progress` wrote."""
    lists: dict[str, list[str]] = {}
    quotes: dict[str, str] = {}
    for line in text.splitlines():
        key, _, rest = line.partition(": ")
        if line.startswith("- "):
            quotes[key[2:]] = rest
        else:
            lists[key.rstrip(":")] = rest.split(", ")
    states = tuple(
        b.TopicState(key=state.key, status=_status(state.key, lists), quote=quotes.get(state.key, ""))
        for state in b.fresh()
    )
    return b.Bootstrap(
        topics=states,
        proposed=_names(lists.get("waiting for confirmation", [])),
        confirmed=_names(lists.get("set", [])),
    )


def _status(key: str, lists: Mapping[str, Sequence[str]]) -> b.TopicStatus:
    if key in lists.get("answered", ()):
        return "answered"
    if key in lists.get("skipped", ()):
        return "skipped"
    return "asked" if key in lists.get("asked", ()) else "open"


def _names(words: Sequence[str]) -> frozenset[LayerName]:
    return frozenset(cast("LayerName", word) for word in words if word in get_args(LayerName))
