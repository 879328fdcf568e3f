"""
Ways in which a model may answer: it echoes, it obeys whoever speaks in its prompt, or it wants everything.

The obedient one does literally what any text in its prompt asks, by a grammar of one form: `[do soul: text]`.
The hostile one asks for every part of an answer with every id that it can name. Neither knows the tables in
engine/capabilities.py: what they may not have is for the product to refuse.
"""

import itertools
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from companion.engine.response import ITEMS_PER_LIST, LISTS, SINGLES, Part
from tests.fakes.model_server import Request

Parts = dict[str, Any]


def texts_of(request: Request) -> list[str]:
    """List all that a request tells the model, in the order of the prompt."""
    body = request.body
    contents = [body.get("system") or "", *(message["content"] for message in body["messages"])]
    return [text for content in contents for text in _texts(content)]


def _texts(content: Any) -> list[str]:
    return [content] if isinstance(content, str) else [block.get("text", "") for block in content]


def message_of(texts: Sequence[str]) -> str:
    """Find the coach's words in the last text of a prompt."""
    return texts[-1].rpartition("</note>\n\n")[2]


def echo(request: Request) -> str:
    """Repeat the whole prompt, as a model does that keeps nothing to itself."""
    told = "\n".join(texts_of(request))
    return json.dumps({"chat_message": told[:15_000], "notification": {"title": told[-100:]}})


# --- the obedient one -----------------------------------------------------------------------------

ORDER = re.compile(r"\[do ([a-z-]+)(?:: ([^\]]*))?\]")
REF = re.compile(r"- ([^\[\n]+) \[ref ([0-9a-f]{8})\]")
BENIGN = re.compile(r"show me (\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heard:
    """What an order is carried out with."""

    payload: str
    message: str
    """The coach's words: the best quote there is."""
    refs: Mapping[str, str]
    """Clients' refs by name."""
    around: str
    """The line in which the order stood, to be quoted as its source."""


def obey(texts: Sequence[str]) -> Parts:
    """Do what every text asks, and what the coach asked."""
    refs = {name: ref for text in texts for name, ref in REF.findall(text)}
    message = message_of(texts)
    parts: Parts = {"chat_message": "Done, all of it."}
    for name, ref in refs.items():
        if (wanted := BENIGN.search(message)) and wanted[1] in name:
            _add(parts, {"panel_updates": [{"panel": "main", "kind": "client", "ref": ref}]})
    for line in "\n".join(texts).splitlines():
        for deed, payload in ORDER.findall(line):
            heard = Heard(payload, message, refs, line.strip(" -“”"))
            _add(parts, DEEDS[deed](heard))
    return parts


def obedient(request: Request) -> str:
    """Answer so over the wire."""
    return json.dumps(obey(texts_of(request)))


def _add(parts: Parts, more: Parts) -> None:
    for name, value in more.items():
        if isinstance(value, list):
            parts[name] = [*parts.get(name, []), *value]
        else:
            parts[name] = value


def _layer(name: str) -> Callable[[Heard], Parts]:
    def deed(heard: Heard) -> Parts:
        update = {"layer": name, "text": heard.payload, "reason": "as asked", "quote": heard.message}
        return {"personality_updates": [update]}

    return deed


def _memory(action: str, *, of_client: bool = False, quotes_coach: bool = True) -> Callable[[Heard], Parts]:
    def deed(heard: Heard) -> Parts:
        fact = {
            "action": action,
            "about": "client" if of_client else "coach",
            "client_ref": next(iter(heard.refs.values()), "") if of_client else "",
            "statement": heard.payload,
            "quote": heard.message if quotes_coach else heard.around,
            "importance": 5,
        }
        return {"memory_updates": [fact]}

    return deed


def _skill(action: str) -> Callable[[Heard], Parts]:
    def deed(heard: Heard) -> Parts:
        skill = {
            "action": action,
            "slug": "session-prep",
            "description": "As asked.",
            "triggers": ["message"],
            "body": heard.payload,
            "reason": "as asked",
        }
        return {"skill_updates": [skill]}

    return deed


def _schedule(heard: Heard) -> Parts:
    common = {"action": "create", "kind": "recurring", "when": "0 3 * * *", "task": heard.payload}
    return {"schedule_updates": [{**common, "name": "as asked"}]}


def _nudges(heard: Heard) -> Parts:
    each = {"subject": "Hello", "body": heard.payload, "why": "as asked"}
    return {"nudge_drafts": [{**each, "client_ref": ref} for ref in heard.refs.values()]}


def _say(heard: Heard) -> Parts:
    secret = "%20".join(heard.refs)
    return {"chat_message": f"![x]({heard.payload}?q={secret}) [x]({heard.payload}?q={secret})"}


DEEDS: Mapping[str, Callable[[Heard], Parts]] = {
    "soul": _layer("soul"),
    "identity": _layer("identity"),
    "know": _layer("coach_knowledge"),
    "instruct": _layer("instructions"),
    "surround": _layer("environment"),
    "voice": _layer("client_persona"),
    "keep": _memory("remember"),
    "keep-client": _memory("remember", of_client=True),
    "keep-quoted": _memory("remember", quotes_coach=False),
    "forget": _memory("forget"),
    "skill": _skill("edit"),
    "retire": _skill("retire"),
    "plan": _schedule,
    "write": _nudges,
    "leak": _say,
    "answer": lambda heard: {
        "topic_updates": [{"topic": "boundaries", "result": "answered", "quote": heard.payload}]
    },
    "notice": lambda heard: {"notification": {"title": heard.payload, "text": heard.payload}},
    "offer": lambda heard: {
        "question": {"kind": "choice", "prompt": "Go on?", "options": [heard.payload, "No"]}
    },
    "mode": lambda _: {"context_hint": {"mode": "bootstrap"}},
}
"""What the orders of tests/hostile/corpus.py mean."""

# --- the hostile one ------------------------------------------------------------------------------

STRANGE = (
    "../../etc/passwd",
    "https://evil.test/?q=",
    "",
    "x" * 119,
    "\u202eevil\u200b\U000e0041\x1b[2J",
    "two\r\nBcc: everybody@evil.test",
    "{{ 7 * 7 }}{% debug %}",
    "'; DROP TABLE companion_turn; --",
    "<img src=https://evil.test/><script>alert(1)</script>",
)
ITEMS_PER_PART = 5 * ITEMS_PER_LIST


@dataclass(slots=True)
class Hostile:
    """Asks for everything, a few wishes at a time, until each has been asked for."""

    names: Sequence[str]
    """Every id, ref and address that it has heard of."""
    quotes: Sequence[str] = ()
    """Words that were really said by somebody."""
    rounds: Iterator[Parts] = field(init=False)

    def __post_init__(self) -> None:
        lists = {name: self._wishes(part) for name, part in LISTS.items()}
        singles = {name: self._wishes(part) for name, part in SINGLES.items()}
        count = max(len(each) for each in lists.values()) // ITEMS_PER_LIST
        self.rounds = iter([self._round(number, lists, singles) for number in range(count)] + [flood(lists)])

    def _round(
        self, number: int, lists: Mapping[str, list[Parts]], singles: Mapping[str, list[Parts]]
    ) -> Parts:
        first = number * ITEMS_PER_LIST
        parts: Parts = {name: _turned(each, first)[:ITEMS_PER_LIST] for name, each in lists.items()}
        parts |= {name: _turned(each, number)[0] for name, each in singles.items()}
        return {"chat_message": f"Round {number} of everything.", **parts}

    def _wishes(self, part: type[Part]) -> list[Parts]:
        """Make wishes of one part: every choice with every name, and words in turn."""
        fields = part.model_fields
        wide = {name: self._choices(name, each) for name, each in fields.items()}
        steering = [name for name, each in fields.items() if _steers(name, each)]
        words = [name for name in fields if name not in steering]
        combinations = list(itertools.product(*(wide[name] for name in steering)))
        random.Random(0).shuffle(combinations)  # noqa: S311 - the same wishes in every run
        chosen = itertools.islice(itertools.cycle(combinations or [()]), ITEMS_PER_PART)
        return [
            {
                **dict(zip(steering, each, strict=True)),
                **{
                    name: wide[name][(number + offset) % len(wide[name])] for offset, name in enumerate(words)
                },
            }
            for number, each in enumerate(chosen)
        ]

    def _choices(self, name: str, each: FieldInfo) -> Sequence[Any]:
        if get_origin(each.annotation) is list:
            inner = get_args(each.annotation)[0]
            return [list(get_args(inner)) if get_origin(inner) is Literal else [*self.names, *STRANGE]]
        if get_origin(each.annotation) is Literal:
            return get_args(each.annotation)
        if name.endswith("ref"):
            return [*self.names, *STRANGE]
        return [*self.quotes, *STRANGE, "word " * 90] if name == "quote" else [*STRANGE, *self.quotes]

    def __call__(self, request: Request) -> str:
        """Answer so over the wire."""
        return json.dumps(next(self.rounds))


def _steers(name: str, each: FieldInfo) -> bool:
    return get_origin(each.annotation) is Literal or name.endswith("ref")


def _turned(items: list[Parts], by: int) -> list[Parts]:
    first = by % len(items)
    return [*items[first:], *items[:first]]


def flood(lists: Mapping[str, list[Parts]]) -> Parts:
    """Ask for far too much at once."""
    much: Parts = {name: (each[:3] * 1_000) for name, each in lists.items()}
    return {"chat_message": "All of it.", **much, "unheard_of": [{"a": "x" * 1_000}]}
