"""The one file that web writes is what it is sent and finds too large to keep in memory: its disk is full."""

from datetime import timedelta
from http.client import HTTPConnection
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from coaching.actions import consents
from coaching.consents import Purpose
from coaching.models import CoachingSession, Transcript
from journeyloop.tenancy import tenant
from tests import factories
from tests.chaos.checker import Findings
from tests.chaos.outcome import Outcome
from tests.chaos.pages import Answer
from tests.chaos.services import small_disk
from tests.chaos.stage import Stage
from tests.chaos.talks import Talk
from tests.fakes.coaches import sign_in
from tests.fakes.nursery import Child

LARGE = "Alice: How was the week?\nTomás: Long, and the kitchen is loud.\n" * 65_000
"""Four megabytes: Django keeps two and a half in memory."""
BOUNDARY = uuid4().hex


def full_uploads(stage: Stage) -> Outcome:
    """Statement 42 for uploads: 503 and nothing kept; the same process takes the file once there is room."""
    talk = Talk()
    first, second = _session(talk), _session(talk)
    with small_disk(stage.nursery.directory / "small") as disk:
        web = stage.web(TMPDIR=str(disk.path))
        # Where files go is decided with the first one, and a full place would not be chosen.
        before = _upload(web, talk, first)
        disk.fill()
        refused, kept = _upload(web, talk, second), _kept(talk)
        disk.free()
        left = [path.name for path in disk.path.iterdir()]
        taken, kept_then = _upload(web, talk, second), _kept(talk)
        web.stop()
    hints = {name.lower() for name in refused.headers or {}}
    broken = [] if refused.status == 503 and "retry-after" in hints else [f"refused with {refused.status}"]
    broken += [f"{kept} transcripts where one file was taken"] if kept != 1 else []
    broken += [f"{left} are left on the disk"] if left else []
    broken += [f"{taken.status} when there was room again"] if (taken.status, kept_then) != (302, 2) else []
    broken += [f"{before.status} before"] if before.status != 302 else []
    return Outcome("disk for uploads full", 1, Findings(), (), "", broken)


def _session(talk: Talk) -> CoachingSession:
    with tenant(talk.coach.pk):
        client = factories.make_client()
        consents.record(
            client=client,
            purpose=Purpose.RECORD,
            given=True,
            method="said",
            by=talk.coach.user,
            now=timezone.now(),
        )
        return factories.make_session(client, timezone.now() - timedelta(hours=2))


def _kept(talk: Talk) -> int:
    with tenant(talk.coach.pk):
        return Transcript.objects.count()


def _upload(web: Child, talk: Talk, session: CoachingSession) -> Answer:
    token, key = "a" * 32, sign_in(talk.coach.user).session_key
    cookies = f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={token}"
    parts = {
        'name="csrfmiddlewaretoken"': token,
        'name="file"; filename="talk.txt"\r\nContent-Type: text/plain': LARGE,
    }
    body = "".join(
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n"
        for head, value in parts.items()
    )
    connection = HTTPConnection("127.0.0.1", web.port, timeout=30)
    connection.request(
        "POST",
        reverse("transcript-upload", args=[session.pk]),
        f"{body}--{BOUNDARY}--\r\n".encode(),
        {"Cookie": cookies, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
    )
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return Answer(answer.status, headers=dict(answer.headers))
