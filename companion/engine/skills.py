"""
Skills: choosing the ones a turn reads, and the Agent Skills file format. Pure.

A skill tells the companion how to do something. It never widens what a turn may do.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from companion.engine.response import Trigger
from companion.engine.tokens import estimate
from companion.engine.words import terms

SKILL_CAP = 2_000
"""Tokens of one skill."""
TOTAL_CAP = 8_000
"""Tokens of all skills that one turn reads."""
TRIGGERS: frozenset[str] = frozenset(get_args(Trigger))
TRIGGERS_KEY = "journeyloop.triggers"

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_URL = re.compile(r"\b(?:https?|ftp|file|data|javascript):", re.IGNORECASE)
_TAG_OPENING = re.compile(r"<\s*(?:/\s*)?[a-z!]", re.IGNORECASE)


class SkillFormatError(Exception):
    """A SKILL.md does not follow the format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillFile:
    """What a SKILL.md holds."""

    name: str
    description: str
    body: str
    triggers: tuple[Trigger, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """One skill of a coach's library: a shipped one, or the coach's own."""

    id: str
    slug: str
    description: str
    body: str
    triggers: tuple[Trigger, ...]
    tokens: int
    is_global: bool
    is_retired: bool = False
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The skills that a turn reads, by slug, and those that found no room."""

    active: tuple[Skill, ...]
    left_out: tuple[Skill, ...] = ()


def library(skills: Iterable[Skill]) -> tuple[Skill, ...]:
    """
    List what a coach has: their own version hides the shipped one of the same name.

    A retired fork hides it too: the coach put that skill away.
    """
    by_slug: dict[str, Skill] = {}
    for skill in sorted(skills, key=lambda each: each.is_global, reverse=True):
        by_slug[skill.slug] = skill
    return tuple(skill for _, skill in sorted(by_slug.items()) if not skill.is_retired)


def choose(skills: Iterable[Skill], *, triggers: Iterable[Trigger], query: str = "") -> Chosen:
    """
    Choose the skills for a turn, within the budget.

    When they do not all fit, the more relevant come first, then the more recently used. The result is ordered
    by slug, so that the same choice always reads the same.
    """
    wanted = set(triggers)
    candidates = [skill for skill in library(skills) if wanted.intersection(skill.triggers)]
    asked = set(terms(query))
    candidates.sort(key=lambda each: _worth(each, asked), reverse=True)
    active: list[Skill] = []
    left_out: list[Skill] = []
    spent = 0
    for skill in candidates:
        if skill.tokens <= SKILL_CAP and spent + skill.tokens <= TOTAL_CAP:
            active.append(skill)
            spent += skill.tokens
        else:
            left_out.append(skill)
    return Chosen(active=_by_slug(active), left_out=_by_slug(left_out))


def _worth(skill: Skill, asked: set[str]) -> tuple[int, float, str]:
    said = set(terms(f"{skill.slug} {skill.description}"))
    used = skill.last_used_at.timestamp() if skill.last_used_at else 0.0
    return len(asked & said), used, skill.slug


def _by_slug(skills: Iterable[Skill]) -> tuple[Skill, ...]:
    return tuple(sorted(skills, key=lambda each: each.slug))


def render(skills: Iterable[Skill]) -> str:
    """Write skills for the prompt."""
    return "\n\n".join(f"## Skill: {skill.slug}\n{skill.body}" for skill in skills)


def faults(*, slug: str, description: str, body: str) -> list[str]:
    """List in plain words what keeps a skill from being saved; empty when nothing does."""
    found = []
    if not _SLUG.fullmatch(slug) or len(slug) > 64:
        found.append("The name may hold small letters, digits and single hyphens, at most 64.")
    if not 1 <= len(description) <= 1_024:
        found.append("The description needs 1 to 1,024 characters.")
    if not body.strip():
        found.append("The skill says nothing yet.")
    if _URL.search(body) or _URL.search(description):
        found.append("A skill may not hold web addresses.")
    if _holds_html(body) or _holds_html(description):
        found.append("A skill may not hold HTML.")
    if (tokens := estimate(body)) > SKILL_CAP:
        found.append(f"The skill has {tokens:,} tokens; it may have {SKILL_CAP:,}.")
    return found


def _holds_html(text: str) -> bool:
    """Tell whether a tag begins and anything ends one; to look for each end anew takes quadratic time."""
    opening = _TAG_OPENING.search(text)
    return opening is not None and text.find(">", opening.end()) >= 0


def parse(text: str) -> SkillFile:
    """Read a SKILL.md. Raises SkillFormatError."""
    opening, _, rest = text.lstrip("\ufeff").replace("\r\n", "\n").partition("\n")
    head, found, body = rest.partition("\n---\n")
    if opening.strip() != "---" or not found:
        raise SkillFormatError("a SKILL.md begins with a block between two lines of ---")
    fields, metadata = _front_matter(head)
    for needed in ("name", "description"):
        if not fields.get(needed):
            raise SkillFormatError(f"a SKILL.md needs a {needed}")
    triggers = [word for word in re.split(r"[\s,]+", metadata.pop(TRIGGERS_KEY, "")) if word]
    if unknown := sorted(set(triggers) - TRIGGERS):
        raise SkillFormatError(f"unknown trigger {unknown[0]!r}; known are {', '.join(sorted(TRIGGERS))}")
    return SkillFile(
        name=fields["name"],
        description=fields["description"],
        body=body.strip(),
        triggers=tuple(word for word in get_args(Trigger) if word in triggers),
    )


def _front_matter(head: str) -> tuple[dict[str, str], dict[str, str]]:
    """Read the part of YAML that the format uses: scalars, continued lines, and one map called metadata."""
    fields: dict[str, str] = {}
    metadata: dict[str, str] = {}
    target, last, inside = fields, "", False
    for line in head.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        indented = line[0] in " \t"
        key, colon, value = line.strip().partition(":")
        if indented and not inside and last:
            target[last] = f"{target[last]} {line.strip()}".strip()
            continue
        if not colon:
            raise SkillFormatError(f"cannot read the line {line.strip()!r}")
        target = metadata if indented else fields
        inside = key == "metadata" if not indented else inside
        last = _unquoted(key)
        target[last] = "" if value.strip() in {">", ">-", "|", "|-"} else _unquoted(value)
    fields.pop("metadata", None)
    return fields, metadata


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        inner = value[1:-1]
        return (
            inner.replace('\\"', '"').replace("\\\\", "\\") if value[0] == '"' else inner.replace("''", "'")
        )
    return value
