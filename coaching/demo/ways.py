"""What a client of the demo agreed to, is working towards and promised, through the pages' own actions."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from coaching.actions import commitments, consents, goals
from coaching.actions.commitments import CommitmentDetails
from coaching.actions.goals import GoalDetails
from coaching.consents import Purpose
from coaching.demo.agreements import Aim, Answer, Promise, Station, Way
from coaching.demo.calendar import working_day
from coaching.models import Client, CoachingSession, Goal, User

SessionsByDay = Mapping[int, CoachingSession]


def walk(way: Way, client: Client, held: SessionsByDay, *, by: User, now: datetime) -> None:
    """Say, aim and promise what this client did; `held` finds the session of a day."""
    for answer in way.answers:
        _say(answer, client, held, by=by)
    for aim in way.aims:
        _aim(aim, client, held, by=by, today=now.astimezone(by.zone).date())
    for promise in way.promises:
        _promise(promise, client, held, by=by, today=now.astimezone(by.zone).date())


def _after(session: CoachingSession) -> datetime:
    return session.ends_at + timedelta(minutes=25)


def _say(answer: Answer, client: Client, held: SessionsByDay, *, by: User) -> None:
    consents.record(
        client=client,
        purpose=Purpose(answer.purpose),
        given=answer.given,
        method=answer.method,
        by=by,
        now=_after(held[answer.day]),
    )


def _aim(aim: Aim, client: Client, held: SessionsByDay, *, by: User, today: date) -> None:
    details = GoalDetails(
        title=aim.title,
        description=aim.description,
        category=aim.category,
        priority=aim.priority,
        target_date=working_day(today, aim.by) if aim.by is not None else None,
    )
    goal = goals.create_goal(client=client, details=details, by=by, now=_after(held[aim.day]))
    for station in aim.stations:
        _put(station, goal, held, by=by, today=today)
    for step in aim.steps:
        session = held[step.day]
        goals.note_progress(
            goal=goal, value=step.value, note=step.note, session=session, by=by, now=_after(session)
        )
    if aim.resting is not None:
        goals.pause_goal(goal=goal, by=by, now=_after(held[aim.resting]))


def _put(station: Station, goal: Goal, held: SessionsByDay, *, by: User, today: date) -> None:
    due_on = working_day(today, station.due) if station.due is not None else None
    milestone = goals.add_milestone(goal=goal, title=station.title, due_on=due_on, by=by, now=goal.created_at)
    if station.reached is not None:
        goals.reach_milestone(milestone=milestone, by=by, now=_after(held[station.reached]))


def _promise(promise: Promise, client: Client, held: SessionsByDay, *, by: User, today: date) -> None:
    session = held[promise.day]
    due_on = working_day(today, promise.due) if promise.due is not None else None
    made = commitments.open_commitment(
        client=client,
        details=CommitmentDetails(text=promise.text, promised_by=promise.promised_by, due_on=due_on),
        session=session,
        by=by,
        now=_after(session),
    )
    if promise.settled is not None:
        settle = commitments.drop_commitment if promise.dropped else commitments.keep_commitment
        settle(commitment=made, by=by, now=_after(held[promise.settled]))
