"""GET skills/ and skills/active/: what the companion knows how to do, without the instruction texts."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal, cast
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from coaching.accounts.http import UserRequest
from coaching.models import CoachingProfile
from companion.actions import audit
from companion.actions.skills import as_rules_see
from companion.api.rest.access import practice_of
from companion.api.rest.errors import RefusedError
from companion.engine import skills as rules
from companion.engine.response import Trigger
from companion.models import CompanionSkill
from journeyloop.tenancy import tenant

router = Router(tags=["skills"])


class SkillShape(Schema):
    """One skill."""

    slug: str
    name: str
    skill_type: Literal["default", "custom"]
    """`default` ships with the product, `custom` is the coach's own."""
    trigger_events: list[str]
    token_estimate: int
    version: int
    is_customized: bool
    """Whether it is the coach's version of a shipped one."""
    parent_slug: str | None = None


class SkillsShape(Schema):
    """Skills and their budget."""

    skills: list[SkillShape]
    total_tokens: int
    max_context_tokens: int = rules.TOTAL_CAP


@router.get("skills/", response=SkillsShape, exclude_none=True)
def skills(request: HttpRequest, trigger: Trigger | None = None) -> SkillsShape:
    """List what the coach's companion knows how to do; with `trigger`, what that event calls for."""
    practice_of(request)
    rows = _rows()
    found = rules.library(_as_rules_see(rows))
    wanted = [skill.slug for skill in found if trigger is None or trigger in skill.triggers]
    return _shape(rows, wanted)


@router.get("skills/active/", response=SkillsShape, exclude_none=True)
def active(request: HttpRequest, trigger: Trigger, coach_id: UUID | None = None) -> SkillsShape:
    """List the skills that a turn for this event would read, within budget; `coach_id` is for staff."""
    with _practice(cast(UserRequest, request), coach_id):
        rows = _rows()
        chosen = rules.choose(_as_rules_see(rows), triggers=[trigger]).active
        return _shape(rows, [skill.slug for skill in chosen])


@contextmanager
def _practice(request: UserRequest, coach_id: UUID | None) -> Iterator[None]:
    """Stay in the caller's practice, or let staff into another; it is written down there."""
    own = request.coach
    if coach_id is None or (own and own.pk == coach_id):
        practice_of(request)
        yield
        return
    if not request.user.is_staff:
        # The same answer whether that coach exists or not.
        raise RefusedError("staff_only", "`coach_id` is for staff; leave it out for your own companion.")
    if own is not None:
        raise RefusedError("has_practice", "Sign in as an operator without a practice to look at another's.")
    if not CoachingProfile.objects.filter(pk=coach_id).exists():
        raise Http404
    with tenant(coach_id):
        audit.note("skills.read_by_staff", by=request.user, object_id=coach_id)
        yield


def _rows() -> list[CompanionSkill]:
    return list(CompanionSkill.objects.select_related("parent_skill").defer("body", "parent_skill__body"))


def _as_rules_see(rows: Iterable[CompanionSkill]) -> list[rules.Skill]:
    return [as_rules_see(row, body="") for row in rows]


def _shape(rows: Iterable[CompanionSkill], slugs: Iterable[str]) -> SkillsShape:
    wanted = set(slugs)
    in_use = {
        row.slug: row for row in sorted(rows, key=lambda row: row.coach_id is not None) if row.slug in wanted
    }
    shown = [_one(in_use[slug]) for slug in sorted(wanted)]
    return SkillsShape(skills=shown, total_tokens=sum(skill.token_estimate for skill in shown))


def _one(row: CompanionSkill) -> SkillShape:
    return SkillShape(
        slug=row.slug,
        name=row.name,
        skill_type="default" if row.coach_id is None else "custom",
        trigger_events=list(row.triggers),
        token_estimate=row.token_estimate,
        version=row.version,
        is_customized=row.parent_skill is not None,
        parent_slug=row.parent_skill.slug if row.parent_skill else None,
    )
