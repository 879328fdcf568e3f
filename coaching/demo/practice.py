"""Makes the demo practice from its data, through the same actions that the pages use."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from allauth.account.models import EmailAddress

from coaching.actions import accounts, clients, notes, sessions
from coaching.actions.clients import ClientDetails
from coaching.actions.sessions import Booking
from coaching.demo import people, sign_ins, spoken, ways
from coaching.demo.agreements import WAYS
from coaching.demo.calendar import working_day
from coaching.demo.clients_on_their_way import ADAEZE
from coaching.demo.shapes import Meeting, Person
from coaching.models import Client, CoachingProfile, CoachingSession, User
from journeyloop.tenancy import tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """Who is in the demo."""

    coach: CoachingProfile
    """Maya, whose companion knows her."""
    newcomer: CoachingProfile
    """Noor, whose companion does not yet."""
    clients: tuple[Client, ...]


def existing() -> Practice | None:
    """Find the demo practice, if it was made before."""
    found = CoachingProfile.objects.filter(user__email__in=[sign_ins.COACH, sign_ins.NEWCOMER])
    by_email = {profile.user.email: profile for profile in found.select_related("user")}
    if len(by_email) < 2:
        return None
    return _practice(by_email[sign_ins.COACH], by_email[sign_ins.NEWCOMER])


def make(*, now: datetime) -> Practice:
    """Make the demo practice around this moment. The sign-ins must not exist: see `remove`."""
    maya = _sign_in(sign_ins.COACH, people.COACH_NAME, people.COACH_ZONE)
    accounts.confirm_time_zone(user=maya, time_zone=people.COACH_ZONE, now=now)
    noor = _sign_in(sign_ins.NEWCOMER, people.NEWCOMER_NAME, people.NEWCOMER_ZONE)
    client = _sign_in(sign_ins.CLIENT, ADAEZE.name, ADAEZE.time_zone)
    _sign_in(sign_ins.OPERATOR, "Operator", "UTC", is_staff=True)
    coach, newcomer = accounts.open_practice(user=maya), accounts.open_practice(user=noor)
    with tenant(coach.pk):
        for person in people.PEOPLE:
            _add(person, by=maya, now=now)
        Client.objects.filter(email=sign_ins.CLIENT).update(user=client)
    return _practice(coach, newcomer)


def remove() -> None:
    """Delete everybody in the demo with everything of theirs."""
    for user in User.objects.using("owner").filter(email__in=[email for email, _ in sign_ins.SIGN_INS]):
        accounts.delete_account(user=user)


def _practice(coach: CoachingProfile, newcomer: CoachingProfile) -> Practice:
    with tenant(coach.pk):
        return Practice(coach=coach, newcomer=newcomer, clients=tuple(Client.objects.order_by("name")))


def _sign_in(email: str, name: str, zone: str, *, is_staff: bool = False) -> User:
    user = User.objects.create_user(email, sign_ins.PASSWORD, name=name, time_zone=zone, is_staff=is_staff)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _add(person: Person, *, by: User, now: datetime) -> Client:
    first = min(_starts_at(meeting, by, now) for meeting in person.meetings)
    met = min(first, now) - timedelta(days=9)
    details = ClientDetails(
        name=person.name,
        email=person.email,
        pronouns=person.pronouns,
        time_zone=person.time_zone,
        status=person.status,
        goal_summary=person.goal,
        started_on=first.date() if first < now else None,
        total_sessions=person.package,
    )
    client = clients.create_client(details=details, by=by, now=met)
    if person.note:
        notes.write_note(client=client, text=person.note, by=by, now=met + timedelta(minutes=40))
    held = {meeting.day: _hold(meeting, client, by=by, now=now) for meeting in person.meetings}
    if way := WAYS.get(person.email):
        ways.walk(way, client, held, by=by, now=now)
    for meeting in person.meetings:
        if meeting.talk:
            spoken.bring(meeting.talk, held[meeting.day], by=by)
    return client


def _hold(meeting: Meeting, client: Client, *, by: User, now: datetime) -> CoachingSession:
    starts_at = _starts_at(meeting, by, now)
    kind = CoachingSession.Type.INTAKE if meeting.intake else CoachingSession.Type.REGULAR
    booking = Booking(
        starts_at=starts_at,
        time_zone=by.time_zone,
        duration_minutes=meeting.minutes,
        title=meeting.title,
        session_type=kind,
        meeting_url=people.ROOM,
    )
    planned_at = min(starts_at, now) - timedelta(days=8)
    session = sessions.schedule_session(client=client, booking=booking, by=by, now=planned_at)
    after = session.ends_at + timedelta(minutes=5)
    if meeting.outcome == "completed":
        sessions.complete_session(session=session, by=by, now=after)
    elif meeting.outcome == "missed":
        sessions.miss_session(session=session, by=by, now=after)
    elif meeting.outcome == "cancelled":
        day_before = starts_at - timedelta(days=1)
        sessions.cancel_session(session=session, reason=meeting.reason, by=by, now=day_before)
    if meeting.note:
        noted_at = after + timedelta(minutes=20)
        notes.write_note(client=client, session=session, text=meeting.note, by=by, now=noted_at)
    return session


def _starts_at(meeting: Meeting, coach: User, now: datetime) -> datetime:
    today = now.astimezone(coach.zone).date()
    wall = datetime.combine(
        working_day(today, meeting.day), time.fromisoformat(meeting.at), tzinfo=coach.zone
    )
    return wall.astimezone(UTC)
