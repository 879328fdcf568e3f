"""manage.py import_session: the upload form's way, from a shell."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from coaching.actions import consents, transcripts
from coaching.consents import Purpose
from coaching.management.commands import import_session
from coaching.models import Client, CoachingSession, Transcript, User
from coaching.transcripts.reading import read
from journeyloop.tenancy import tenant
from tests import factories

TALK = "Alice: How was the week?\nTomás: Long.\n"


@pytest.fixture
def client(coach: User) -> Client:
    with tenant(coach.coaching_profile.pk):
        client = factories.make_client()
        consents.record(
            client=client, purpose=Purpose.RECORD, given=True, method="said", by=coach, now=timezone.now()
        )
    return client


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    file = tmp_path / "talk 2026-03-10.txt"
    file.write_text(TALK)
    return file


def bring(file: Path, *, client: str = "tomás ferreira", **options: object) -> str:
    answer: str = call_command("import_session", str(file), client=client, **{"wait": 0.0, **options})
    return answer


def sessions_of(client: Client) -> list[CoachingSession]:
    with tenant(client.coach_id):
        return list(CoachingSession.objects.filter(client=client))


def test_it_makes_a_session_of_the_day_in_the_files_name(client: Client, talk: Path) -> None:
    answer = bring(talk)

    (session,) = sessions_of(client)
    assert (session.status, session.starts_at) == ("completed", datetime(2026, 3, 10, 10, tzinfo=UTC))
    assert f"/sessions/{session.pk}/" in answer
    assert "waits for a worker" in answer
    with tenant(client.coach_id):
        assert bytes(Transcript.objects.get().content or b"") == TALK.encode()


def test_it_takes_the_session_of_that_day_nearest_to_that_time(client: Client, talk: Path) -> None:
    with tenant(client.coach_id):
        early, late = (
            factories.make_session(client, datetime(2026, 3, 10, hour, tzinfo=UTC)) for hour in (8, 16)
        )

    bring(talk, at=datetime(2026, 3, 10, 15))  # noqa: DTZ001 - on the coach's clock

    with tenant(client.coach_id):
        assert Transcript.objects.get().session_id == late.pk
    assert {each.pk for each in sessions_of(client)} == {early.pk, late.pk}


def test_without_any_date_it_takes_the_files(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "talk.txt"
    file.write_text(TALK)

    bring(file)

    (session,) = sessions_of(client)
    assert timezone.now() - session.starts_at < timedelta(days=1)


def test_it_says_what_was_read(client: Client, talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def carry(seconds: float) -> None:
        """Stand in for the worker."""
        with tenant(client.coach_id):
            transcripts.keep_reading(
                transcript=Transcript.objects.get(), reading=read(TALK.encode()), now=timezone.now()
            )

    monkeypatch.setattr(import_session.time, "sleep", carry)

    answer = bring(talk, wait=5.0)

    assert "Read 2 passages, 5 words: Alice (coach), Tomás (client)." in answer


def test_it_fails_with_the_reason_when_it_cannot_be_read(
    client: Client, talk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def carry(seconds: float) -> None:
        with tenant(client.coach_id):
            transcripts.leave_unread(transcript=Transcript.objects.get(), words="Line 2 is odd.", line=2)

    monkeypatch.setattr(import_session.time, "sleep", carry)

    with pytest.raises(CommandError, match=r"could not be read and is kept\. Line 2 is odd\."):
        bring(talk, wait=5.0)


def test_an_unknown_name_lists_those_that_come_near(client: Client, talk: Path) -> None:
    with pytest.raises(CommandError, match=r"No client is called 'Thomas Fereira'\. Near: Tomás Ferreira"):
        bring(talk, client="Thomas Fereira")
    with pytest.raises(CommandError, match="Near: Tomás Ferreira"):
        bring(talk, client="Ferreira")


def test_two_of_one_name_are_not_guessed_between(client: Client, talk: Path) -> None:
    with tenant(client.coach_id):
        factories.make_client()

    with pytest.raises(CommandError, match="2 clients called"):
        bring(talk)


def test_without_consent_it_does_nothing(client: Client, coach: User, talk: Path) -> None:
    with tenant(client.coach_id):
        consents.record(
            client=client, purpose=Purpose.RECORD, given=False, method="said", by=coach, now=timezone.now()
        )

    with pytest.raises(CommandError, match=r"said no to being recorded\. Write down"):
        bring(talk)
    with tenant(client.coach_id):
        assert not Transcript.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"coach": "nobody@example.com"}, "No coach signs in as"),
        ({"at": datetime(2199, 1, 1).date()}, "lies ahead"),  # noqa: DTZ001 - a day
        ({"client": ""}, "No client is called"),
    ],
)
def test_what_is_wrong_is_said(client: Client, talk: Path, options: dict[str, object], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        bring(talk, **options)  # type: ignore[arg-type]


def test_a_second_practice_asks_whose_session_it_is(client: Client, stranger: User, talk: Path) -> None:
    with pytest.raises(CommandError, match="--coach EMAIL"):
        bring(talk)

    assert "kept" in bring(talk, coach="Alice@example.com")


def test_a_transcript_that_is_there_stays_unless_told(client: Client, talk: Path) -> None:
    bring(talk)
    with pytest.raises(CommandError, match="being read just now"):
        bring(talk)
    with tenant(client.coach_id):
        transcripts.keep_reading(
            transcript=Transcript.objects.get(), reading=read(TALK.encode()), now=timezone.now()
        )
    with pytest.raises(CommandError, match="this very file already"):
        bring(talk)
    talk.write_text(TALK + "Alice: And Sunday?\n")
    with pytest.raises(CommandError, match="--replace"):
        bring(talk)

    assert "kept" in bring(talk, replace=True)


def test_files_that_will_not_do_are_refused_before_anything_is_made(client: Client, tmp_path: Path) -> None:
    recording = tmp_path / "talk.mp3"
    recording.write_bytes(b"ID3\x04")

    with pytest.raises(CommandError, match="This is a recording"):
        bring(recording)
    with pytest.raises(CommandError, match="cannot be opened: No such file"):
        bring(tmp_path / "nowhere.vtt")
    assert sessions_of(client) == []


def test_a_date_is_a_day_or_a_moment() -> None:
    assert import_session._moment("2026-03-10") == datetime(2026, 3, 10).date()  # noqa: DTZ001
    assert import_session._moment("2026-03-10T14:00") == datetime(2026, 3, 10, 14)  # noqa: DTZ001
    with pytest.raises(Exception, match="neither a date"):
        import_session._moment("yesterday")
