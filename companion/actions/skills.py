"""Keep skills: the ones that ship, and the coach's own, within their budgets."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import F
from django.utils.text import slugify

from companion.engine import skills as rules
from companion.engine.response import Trigger
from companion.engine.tokens import OverBudgetError, estimate
from companion.models import CompanionSkill, Proposal


class UnfitSkillError(Exception):
    """The skill cannot be saved as it is; the words are for the coach."""


def load_shipped(files: Iterable[rules.SkillFile]) -> int:
    """
    Bring the shared skills in line with the files that ship; returns how many changed.

    Runs as the owner: the application role may not write a row without a coach.
    """
    return sum(_load(file) for file in files)


def as_rules_see(row: CompanionSkill, *, body: str) -> rules.Skill:
    """Put a row as the engine's rules see it; `body` is apart, because a list needs none."""
    return rules.Skill(
        id=str(row.pk),
        slug=row.slug,
        description=row.description,
        body=body,
        triggers=tuple(cast(list[Trigger], row.triggers)),
        tokens=row.token_estimate,
        is_global=row.coach_id is None,
        is_retired=row.retired_at is not None,
        last_used_at=row.last_used_at,
    )


def apply_proposal(proposal: Proposal, *, now: datetime) -> None:
    """
    Make, change or retire the coach's own skill; changing a shared one makes a fork of it.

    Raises UnfitSkillError, OverBudgetError.
    """
    slug = slugify(proposal.fields["slug"])[:64]
    if proposal.fields["action"] == "retire":
        _retire(slug, coach_id=proposal.coach_id, now=now)
        return
    description = proposal.fields["description"] or proposal.title
    if faults := rules.faults(slug=slug, description=description, body=proposal.text):
        raise UnfitSkillError(" ".join(faults))
    tokens = _within_total(slug, proposal.text)
    shared = CompanionSkill.objects.filter(coach=None, slug=slug).first()
    values: dict[str, Any] = {
        "name": _title(slug),
        "description": description,
        "triggers": proposal.fields["triggers"],
        "body": proposal.text,
        "token_estimate": tokens,
        "parent_skill": shared,
        "parent_version": shared.version if shared else None,
        "retired_at": None,
    }
    skill, is_new = CompanionSkill.objects.get_or_create(
        coach_id=proposal.coach_id, slug=slug, defaults=values
    )
    if not is_new:
        CompanionSkill.objects.filter(pk=skill.pk).update(**values, version=F("version") + 1)


def _retire(slug: str, *, coach_id: UUID, now: datetime) -> None:
    """Put a skill away for this coach; a shared one is hidden by a retired fork."""
    own = CompanionSkill.objects.filter(coach=coach_id, slug=slug)
    shared = CompanionSkill.objects.filter(coach=None, slug=slug).first()
    if not own.update(retired_at=now) and shared:
        CompanionSkill.objects.create(
            coach_id=coach_id,
            slug=slug,
            name=shared.name,
            description=shared.description,
            triggers=shared.triggers,
            body=shared.body,
            token_estimate=shared.token_estimate,
            parent_skill=shared,
            parent_version=shared.version,
            retired_at=now,
        )


def _within_total(slug: str, body: str) -> int:
    """Count a body; the coach's own skills and the shared ones not replaced by them share one budget."""
    tokens = estimate(body)
    counts = {
        skill.slug: skill.token_estimate
        for skill in CompanionSkill.objects.in_use().order_by(F("coach").asc(nulls_first=True))
    }
    total = sum((counts | {slug: tokens}).values())
    if total > rules.TOTAL_CAP:
        raise OverBudgetError(
            layer="The skill", tokens=tokens, cap=rules.SKILL_CAP, total=total, total_cap=rules.TOTAL_CAP
        )
    return tokens


def _load(file: rules.SkillFile) -> bool:
    shared = CompanionSkill.all_tenants.using("owner").filter(coach=None)
    values = {
        "name": _title(file.name),
        "description": file.description,
        "triggers": list(file.triggers),
        "body": file.body,
        "token_estimate": estimate(file.body),
    }
    row = shared.filter(slug=file.name).first()
    if row is None:
        # Not `create`: it saves through the manager that needs an open tenant.
        CompanionSkill.all_tenants.using("owner").bulk_create([CompanionSkill(slug=file.name, **values)])
        return True
    if all(getattr(row, name) == value for name, value in values.items()):
        return False
    shared.filter(pk=row.pk).update(**values, version=F("version") + 1)
    return True


def _title(slug: str) -> str:
    return slug.replace("-", " ").capitalize()
