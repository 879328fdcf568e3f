"""Bring the transcript of a session, as the form on its page does."""

import difflib
import re
import time
from argparse import ArgumentTypeError
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from coaching.actions import sessions, transcripts
from coaching.actions.clients import ClientArchivedError
from coaching.actions.consents import NoConsentError
from coaching.actions.sessions import Booking
from coaching.actions.transcripts import File
from coaching.forms.transcripts import UploadForm
from coaching.models import Client, CoachingProfile, CoachingSession, Speaker, Transcript, User
from coaching.transcripts.shapes import MAX_BYTES
from journeyloop.tenancy import tenant

LOOK_SECONDS = 0.2
_DATE = re.compile(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")


class Command(BaseCommand):
    help = "Bring a session's transcript (.vtt, .srt, .txt, .docx, Recall.ai JSON) and have it read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--client", required=True, metavar="NAME")
        parser.add_argument("--coach", metavar="EMAIL", help="may be left out where there is one practice")
        parser.add_argument(
            "--at",
            type=_moment,
            metavar="WHEN",
            help="when the session began, on the coach's clock: 2026-03-10 or 2026-03-10T14:00; "
            "without it, the date in the file's name, or else when the file was last changed",
        )
        parser.add_argument("--minutes", type=int, default=60, help="length of a session that is made")
        parser.add_argument("--replace", action="store_true", help="take the place of a transcript")
        parser.add_argument(
            "--wait", type=float, default=30.0, metavar="SECONDS", help="for the worker to read it"
        )

    def handle(self, *args: Any, **options: Any) -> str:
        """Find or make the session, bring the file, and say what came of it."""
        file = _file(options["file"])
        coach = _coach(options["coach"])
        with tenant(coach.pk):
            client = _client(options["client"])
            session = _session(client, coach.user, options)
            transcript = _bring(session, file, by=coach.user, replaces=options["replace"])
        return _outcome(coach, transcript, seconds=options["wait"])


def _moment(text: str) -> datetime | date:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-03-10") else datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is neither a date nor a date with a time") from None


def _file(path: Path) -> File:
    """Look at the file as the form does. Raises CommandError."""
    try:
        with path.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be opened: {error.strerror}.") from None
    form = UploadForm({}, MultiValueDict({"file": [SimpleUploadedFile(path.name, content)]}))
    if not form.is_valid():
        raise CommandError(" ".join(str(each) for errors in form.errors.values() for each in errors))
    return form.brought()


def _coach(email: str | None) -> CoachingProfile:
    practices = CoachingProfile.objects.select_related("user")
    if email:
        found = practices.filter(user__email=email.lower()).first()
        if found is None:
            raise CommandError(f"No coach signs in as {email!r}.")
        return found
    some = list(practices[:2])
    if len(some) != 1:
        raise CommandError("Say whose session it is: --coach EMAIL.")
    return some[0]


def _client(name: str) -> Client:
    """Find a client by their whole name. Raises CommandError with the names that come near."""
    by_name: dict[str, list[Client]] = {}
    for client in Client.objects.order_by("name"):
        by_name.setdefault(client.name.casefold(), []).append(client)
    found = by_name.get(name.strip().casefold(), [])
    if len(found) > 1:
        raise CommandError(f"There are {len(found)} clients called {name!r}; give one of them another name.")
    if not found:
        near = difflib.get_close_matches(name.casefold(), by_name, n=5, cutoff=0.4)
        near += [known for known in by_name if name.casefold() in known and known not in near]
        names = ", ".join(by_name[each][0].name for each in near)
        raise CommandError(f"No client is called {name!r}." + (f" Near: {names}." if names else ""))
    return found[0]


def _session(client: Client, coach: User, options: dict[str, Any]) -> CoachingSession:
    """Find the client's session of that day, the nearest to that time, or make one that was held."""
    at = options["at"] or _date_of(options["file"], coach)
    starts_at = _instant(at, coach)
    day = starts_at.astimezone(coach.zone).date()
    midnight = datetime.combine(day, clock_time(), tzinfo=coach.zone)
    of_the_day = CoachingSession.objects.with_client().filter(
        client=client, starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=1)
    )
    if there := sorted(of_the_day, key=lambda each: abs(each.starts_at - starts_at)):
        return there[0]
    return _held(client, starts_at, coach, minutes=options["minutes"])


def _held(client: Client, starts_at: datetime, coach: User, *, minutes: int) -> CoachingSession:
    now = timezone.now()
    booking = Booking(starts_at=starts_at, time_zone=coach.time_zone, duration_minutes=minutes)
    try:
        session = sessions.schedule_session(client=client, booking=booking, by=coach, now=now)
        return sessions.complete_session(session=session, by=coach, now=now)
    except ClientArchivedError:
        raise CommandError(f"{client.name} is archived; restore them first.") from None
    except sessions.SessionNotBegunError:
        raise CommandError(f"{starts_at:%Y-%m-%d} lies ahead; say when it was: --at WHEN.") from None


def _date_of(path: Path, coach: User) -> date:
    if found := _DATE.search(path.name):
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            pass
    return datetime.fromtimestamp(path.stat().st_mtime, coach.zone).date()


def _instant(at: date, coach: User) -> datetime:
    """Ten in the morning where only the day is known, or now, if that is still to come."""
    if isinstance(at, datetime):
        return at.replace(tzinfo=at.tzinfo or coach.zone).astimezone(UTC)
    morning = datetime.combine(at, clock_time(10), tzinfo=coach.zone).astimezone(UTC)
    now = timezone.now()
    return (
        now - timedelta(minutes=1) if morning > now and at == now.astimezone(coach.zone).date() else morning
    )


def _bring(session: CoachingSession, file: File, *, by: User, replaces: bool) -> Transcript:
    try:
        return transcripts.receive(session=session, file=file, by=by, now=timezone.now(), replaces=replaces)
    except NoConsentError as refusal:
        raise CommandError(f"{refusal} Write down what they say on their page first.") from None
    except transcripts.TranscriptHereError:
        raise CommandError("That session has a transcript; --replace puts this one in its place.") from None
    except transcripts.SameTranscriptError:
        raise CommandError("That session has this very file already.") from None
    except transcripts.StillReadingError:
        raise CommandError("A file of that session is being read just now; try again in a moment.") from None
    except transcripts.SessionAheadError:
        raise CommandError("That session has not begun, so nothing can have been said in it.") from None


def _outcome(coach: CoachingProfile, transcript: Transcript, *, seconds: float) -> str:
    """Wait until it is read. Raises CommandError when it cannot be."""
    until = time.monotonic() + seconds
    while True:
        with tenant(coach.pk):
            now = Transcript.objects.without_file().get(pk=transcript.pk)
            speakers = list(Speaker.objects.filter(transcript=now).order_by("number"))
        if not now.is_unfinished or time.monotonic() > until:
            break
        time.sleep(LOOK_SECONDS)
    if now.status == Transcript.Status.FAILED:
        raise CommandError(f"{now.file_name} could not be read and is kept. {now.problem}")
    page = f"/sessions/{now.session_id}/"
    if not now.is_read:
        return f"{now.file_name} is kept and waits for a worker to read it (transcript {now.pk}). {page}"
    who = ", ".join(
        f"{each.label or 'nobody named'} ({each.get_role_display().lower()})" for each in speakers
    )
    return f"Read {now.utterance_count:,} passages, {now.word_count:,} words: {who}. {page}"
