"""Reads a question about a session back into lines, for the model that answers by rule. Pure."""

import re

from companion.engine.analysis.findings import Findings
from companion.engine.analysis.material import Goal, KnownLoop, Role
from companion.engine.analysis.parts import Line
from companion.engine.analysis.rules import find

_LINE = re.compile(r"^\[(?P<number>\d+)\] (?P<role>coach|client|other): (?P<text>.*)$", re.MULTILINE)
_GOAL = re.compile(r"^- \[ref (?P<ref>[^\]]+)\] (?P<title>.+)$", re.MULTILINE)
_LOOP = re.compile(
    r"^- \[ref (?P<ref>[^\]]+)\] (?P<steps>.+) \(seen (?P<seen>.+)\)$",
    re.MULTILINE,
)
_FRAME = r'<data kind="{kind}">\n(.*?)\n</data>'


def answer(*, about: str, part: str) -> Findings:
    """Answer what `prompts.prompt` asked: `about` and `part` are its two texts."""
    return find(
        [
            Line(number=int(found["number"]), role=_role(found["role"]), text=found["text"])
            for found in _LINE.finditer(_framed("transcript", part))
        ],
        goals=[Goal(**found.groupdict()) for found in _GOAL.finditer(_framed("goals", about))],
        loops=[_loop(found) for found in _LOOP.finditer(_framed("loops", about))],
    )


def _role(word: str) -> Role:
    return "coach" if word == "coach" else "client" if word == "client" else "other"


def _framed(kind: str, text: str) -> str:
    found = re.search(_FRAME.format(kind=kind), text, re.DOTALL)
    return found[1] if found else ""


def _loop(found: re.Match[str]) -> KnownLoop:
    steps: list[str] = [*str(found["steps"]).split(" → "), "", ""]
    return KnownLoop(
        ref=found["ref"],
        trigger=steps[0],
        behaviour=steps[1],
        payoff=steps[2],
        seen=tuple(found["seen"].split(", ")),
    )
