"""Carries one analysis: the words read, each part asked for in its turn, the whole stored. Holds nothing."""

import asyncio
from dataclasses import replace

from django.utils import timezone

from companion.actions import analysis
from companion.actions.analysis import Plan, Whole
from companion.actions.errands import ErrandError
from companion.actions.leases import Lease
from companion.api import events
from companion.engine import agent
from companion.engine.analysis.parts import PartOfSession
from companion.engine.analysis.prompts import AnalysisPrompt, prompt
from companion.engine.analysis.verify import Verified, Verifier
from companion.engine.failures import ModelFailure
from companion.engine.usage import Usage
from companion.models import Errand
from companion.scheduling.database import Database
from companion.scheduling.executor import Brain
from journeyloop import flags
from journeyloop.tenancy import tenant

MAX_TOKENS = 8_000
"""Of one part's answer: a full one has about half."""
DEADLINE = 240.0
"""Seconds: nobody watches these words come, and a full answer is long."""


async def analyse_session(lease: Lease, _errand: Errand, brain: Brain, database: Database) -> None:
    """Analyse one session, part by part. Raises OvertakenError and ErrandError."""
    plan = await database.run(_begin, lease, brain)
    found = dict(plan.found)
    if flags.intelligence_is_on():
        verifier = await asyncio.to_thread(Verifier, plan.material)
        for part in plan.parts:
            if part.index not in found:
                found[part.index] = await _read(plan, part, verifier, brain, database, done=len(found) + 1)
    whole = await asyncio.to_thread(analysis.whole, plan.material, found)
    await database.run(_finish, plan, whole)


async def _read(
    plan: Plan, part: PartOfSession, verifier: Verifier, brain: Brain, database: Database, *, done: int
) -> Verified:
    """Have one part read and checked."""
    asked = prompt(plan.material, part)
    await database.run(_reserve, plan, part.index, asked, brain)
    try:
        analysed = await agent.analyse(asked, model=brain.model, settings=_patient(brain))
    except ModelFailure as failure:
        raise await database.run(_lose, plan, part.index, failure, brain) from failure
    verified = await asyncio.to_thread(verifier.verify, analysed.findings)
    verified = analysis.with_malformed(verified, analysed.malformed)
    used = brain.price.of(analysed.usage)
    await database.run(_keep, plan, part.index, verified, used, done)
    return verified


def _patient(brain: Brain) -> agent.Settings:
    return replace(brain.settings, max_tokens=MAX_TOKENS, deadline=DEADLINE)


def _begin(lease: Lease, brain: Brain) -> Plan:
    with tenant(lease.coach_id):
        return analysis.begin(held=lease, model_name=brain.model.model_name, now=timezone.now())


def _reserve(plan: Plan, part: int, asked: AnalysisPrompt, brain: Brain) -> None:
    with tenant(plan.held.coach_id):
        analysis.reserve(
            plan=plan,
            part=part,
            prompt=asked,
            price=brain.price,
            output_tokens=MAX_TOKENS,
            now=timezone.now(),
        )


def _keep(plan: Plan, part: int, found: Verified, used: Usage, done: int) -> None:
    with tenant(plan.held.coach_id):
        told = analysis.keep(plan=plan, part=part, found=found, used=used, done=done, now=timezone.now())
        events.tell(plan.held.coach_id, told)


def _lose(plan: Plan, part: int, failure: ModelFailure, brain: Brain) -> ErrandError:
    with tenant(plan.held.coach_id):
        used = brain.price.of(failure.usage)
        return analysis.lose(plan=plan, part=part, used=used, failure=failure, now=timezone.now())


def _finish(plan: Plan, whole: Whole) -> None:
    ways = {"new_way": flags.intelligence_is_on(), "old_way": flags.old_analysis_is_on()}
    with tenant(plan.held.coach_id):
        events.tell(plan.held.coach_id, analysis.finish(plan=plan, whole=whole, **ways))
