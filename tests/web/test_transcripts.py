"""Transcripts on pages: brought, refused, followed, understood, read, searched, given back, deleted."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coaching.actions import consents, transcripts
from coaching.consents import Purpose
from coaching.models import CoachingSession, Speaker, Transcript, User, Utterance
from coaching.transcripts.shapes import MAX_BYTES, Reading, Said
from companion.models import Errand
from journeyloop.tenancy import tenant
from tests import factories

TALK = "Alice: How was the week?\nTomás: Long. The <b>kitchen</b> is loud.\n"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def session(coach: User) -> CoachingSession:
    with tenant(coach.coaching_profile.pk):
        return factories.make_session(factories.make_client(), timezone.now() - timedelta(hours=2))


@pytest.fixture
def agreed(session: CoachingSession, coach: User) -> CoachingSession:
    say(session, coach, given=True)
    return session


@pytest.fixture
def here(coach: User) -> Iterator[None]:
    with tenant(coach.coaching_profile.pk):
        yield


def say(session: CoachingSession, coach: User, *, given: bool) -> None:
    with tenant(session.coach_id):
        consents.record(
            client=session.client,
            purpose=Purpose.RECORD,
            given=given,
            method="said",
            by=coach,
            now=timezone.now(),
        )


def upload(
    browser: Browser, session: CoachingSession, content: str | bytes = TALK, **fields: Any
) -> HttpResponse:
    content = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(fields.pop("name", "talk.txt"), content)
    return browser.post(f"/sessions/{session.pk}/transcript/upload/", {"file": file, **fields}, headers=HTMX)


def paste(browser: Browser, session: CoachingSession, text: str = TALK, **how: Any) -> HttpResponse:
    return browser.post(f"/sessions/{session.pk}/transcript/upload/", {"text": text}, **how)


def page_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def the_one(session: CoachingSession) -> Transcript | None:
    with tenant(session.coach_id):
        found: Transcript | None = Transcript.objects.of_session(session).first()
        return found


def read(session: CoachingSession, said: list[Said], *, remarks: tuple[str, ...] = ()) -> Transcript:
    """Bring a transcript and let it have been read."""
    with tenant(session.coach_id):
        coming = transcripts.receive(
            session=session,
            file=transcripts.File(name="talk.vtt", content=repr(said).encode()),
            by=session.coach.user,
            now=timezone.now(),
            replaces=True,
        )
        return transcripts.keep_reading(
            transcript=coming,
            reading=Reading(format="vtt", said=said, remarks=[*remarks]),
            now=timezone.now(),
        )


SAID = [
    Said(speaker="Alice", text="How was the week?", starts_ms=62_000, ends_ms=64_000),
    Said(speaker="Tomás", text="Long. The <b>kitchen</b> is loud.", starts_ms=64_000, ends_ms=3_700_000),
]


# --- Bringing one -------------------------------------------------------------------------------------------


def test_a_file_is_kept_and_somebody_is_asked_to_read_it(as_coach: Browser, agreed: CoachingSession) -> None:
    answer = upload(as_coach, agreed)

    assert answer.status_code == 200
    assert "Reading <strong>talk.txt</strong>" in page_of(answer)
    assert "every 2s" in page_of(answer)
    transcript = the_one(agreed)
    assert transcript is not None
    assert (transcript.status, bytes(transcript.content or b"")) == ("received", TALK.encode())
    with tenant(agreed.coach_id):
        assert Errand.objects.get().transcript_id == transcript.pk


def test_each_label_of_the_page_names_a_field_of_its_own(as_coach: Browser, agreed: CoachingSession) -> None:
    shown = page_of(as_coach.get(f"/sessions/{agreed.pk}/"))

    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert [each for each, times in Counter(ids).items() if times > 1] == []


def test_pasted_words_are_kept_the_same_way(as_coach: Browser, agreed: CoachingSession) -> None:
    answer = paste(as_coach, agreed)

    assert answer.headers["Location"] == f"/sessions/{agreed.pk}/#transcript"
    transcript = the_one(agreed)
    assert transcript is not None
    assert transcript.file_name == "Pasted text"


@pytest.mark.parametrize("answer", ["never asked", "no", "taken back"])
def test_without_consent_nothing_is_created(
    answer: str, as_coach: Browser, session: CoachingSession, coach: User
) -> None:
    for given in {"never asked": [], "no": [False], "taken back": [True, False]}[answer]:
        say(session, coach, given=given)

    refusal = paste(as_coach, session)

    assert refusal.status_code == 403
    assert "Nothing was kept" in page_of(refusal)
    assert "How was the week?" in page_of(refusal), "and nothing that was typed is lost"
    assert the_one(session) is None
    with tenant(session.coach_id):
        assert not Errand.objects.exists()


def test_without_consent_the_button_is_off_and_says_why_and_what_else(
    as_coach: Browser, session: CoachingSession
) -> None:
    page = page_of(as_coach.get(f"/sessions/{session.pk}/"))

    assert "Tomás has not been asked about being recorded" in page
    assert "no consent" in page
    assert 'href="#notes"' in page
    assert 'type="file"' not in page


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 422, "This file is empty"),
        (b"x" * (MAX_BYTES + 1), 413, "10 MB is the most"),
        (b"%PDF-1.7", 415, "This is a PDF"),
        (b"ID3\x04", 415, "This is a recording"),
        (b"<svg onload='alert(1)'>", 415, "a web page or drawing"),
    ],
    ids=["empty", "too large", "foreign", "sound", "markup"],
)
def test_a_file_that_will_not_do_is_refused_in_words_and_leaves_nothing(
    content: bytes, status: int, words: str, as_coach: Browser, agreed: CoachingSession
) -> None:
    answer = upload(as_coach, agreed, content)

    assert answer.status_code == status
    assert words in page_of(answer)
    assert the_one(agreed) is None


def test_words_that_cannot_be_taken_come_back_as_they_were_typed(
    as_coach: Browser, agreed: CoachingSession
) -> None:
    text = "Alice: <hello>\n" * 50_000

    answer = paste(as_coach, agreed, text)

    assert answer.status_code == 422
    assert "600000 is the most. Nothing is lost yet." in page_of(answer)
    assert "Alice: &lt;hello&gt;" in page_of(answer)


def test_nothing_and_both_are_asked_about(as_coach: Browser, agreed: CoachingSession) -> None:
    assert "Choose a file, or paste" in page_of(paste(as_coach, agreed, "  \n"))
    both = upload(as_coach, agreed, text="Alice: Hi")
    assert both.status_code == 422
    assert "not both" in page_of(both)
    assert "Alice: Hi" in page_of(both)


def test_a_files_name_is_made_fit_to_be_shown(as_coach: Browser, agreed: CoachingSession) -> None:
    upload(as_coach, agreed, name="../..\\\u202e<b>" + "x" * 300 + ".vtt")

    transcript = the_one(agreed)
    assert transcript is not None
    assert len(transcript.file_name) <= 200
    assert transcript.file_name.endswith(".vtt")
    assert not set(transcript.file_name) & {"/", "\\", "\u202e"}
    assert "<b>" not in page_of(as_coach.get(f"/sessions/{agreed.pk}/"))


def test_a_second_file_waits_for_the_first(as_coach: Browser, agreed: CoachingSession) -> None:
    upload(as_coach, agreed)

    answer = upload(as_coach, agreed, "Alice: Another\n")

    assert answer.status_code == 409
    with tenant(agreed.coach_id):
        assert Transcript.objects.count() == 1


def test_a_transcript_is_replaced_only_when_that_is_ticked(
    as_coach: Browser, agreed: CoachingSession
) -> None:
    read(agreed, SAID)

    refused = upload(as_coach, agreed)
    assert refused.status_code == 409
    assert "Tick the box" in page_of(refused)

    assert upload(as_coach, agreed, replaces="on").status_code == 200
    with tenant(agreed.coach_id):
        assert sorted(Transcript.objects.values_list("status", flat=True)) == ["read", "received"]


def test_a_session_that_lies_ahead_takes_none(as_coach: Browser, agreed: CoachingSession) -> None:
    with tenant(agreed.coach_id):
        ahead = factories.make_session(agreed.client, timezone.now() + timedelta(days=1))

    assert "Once the session has begun" in page_of(as_coach.get(f"/sessions/{ahead.pk}/"))
    assert upload(as_coach, ahead).status_code == 409


# --- While it is read, and when it cannot be ----------------------------------------------------------------


def failed(session: CoachingSession) -> Transcript:
    with tenant(session.coach_id):
        return Transcript.objects.create(
            session=session,
            client=session.client,
            file_name="talk.vtt",
            content=b"<script>alert(1)</script>",
            size=25,
            status="failed",
            problem="Line 3 is no time.",
            problem_line=3,
        )


def test_a_failure_says_the_line_and_offers_everything(as_coach: Browser, agreed: CoachingSession) -> None:
    transcript = failed(agreed)

    page = page_of(as_coach.get(f"/sessions/{agreed.pk}/transcript/section/"))

    assert "talk.vtt could not be read." in page
    assert "Mend line 3" in page
    assert f"/transcripts/{transcript.pk}/retry/" in page
    assert f"/transcripts/{transcript.pk}/file/" in page
    assert "every 2s" not in page


def test_a_kept_file_is_given_back_for_saving_and_never_shown(
    as_coach: Browser, agreed: CoachingSession
) -> None:
    answer = as_coach.get(f"/transcripts/{failed(agreed).pk}/file/")

    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="talk.vtt"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_trying_again_asks_for_consent_again(as_coach: Browser, agreed: CoachingSession, coach: User) -> None:
    transcript = failed(agreed)

    assert "Reading" in page_of(as_coach.post(f"/transcripts/{transcript.pk}/retry/", headers=HTMX))
    with tenant(agreed.coach_id):
        Transcript.objects.update(status="failed")
    say(agreed, coach, given=False)
    assert as_coach.post(f"/transcripts/{transcript.pk}/retry/", headers=HTMX).status_code == 403


# --- Read ---------------------------------------------------------------------------------------------------


def test_the_sessions_page_asks_who_is_who_once(as_coach: Browser, agreed: CoachingSession) -> None:
    transcript = read(agreed, SAID, remarks=("2 invisible characters taken out.",))

    page = page_of(as_coach.get(f"/sessions/{agreed.pk}/"))
    assert "Who is who?" in page
    assert "2 passages" in page
    assert "1:01:40" in page
    assert "2 invisible characters taken out." in page

    roles = {"role_1": "coach", "role_2": "client"}
    after = page_of(as_coach.post(f"/transcripts/{transcript.pk}/speakers/", roles, headers=HTMX))
    assert "Change who is who" in after
    assert "Swap them" in after


def test_words_that_are_there_let_the_rest_of_the_page_follow(
    as_coach: Browser, agreed: CoachingSession
) -> None:
    follows = "HX-Trigger-After-Settle"
    waiting = upload(as_coach, agreed)
    with tenant(agreed.coach_id):
        Transcript.objects.all().delete()
    read(agreed, SAID)

    page = as_coach.get(f"/sessions/{agreed.pk}/transcript/section/", headers=HTMX)

    assert follows not in waiting.headers
    assert page.headers[follows] == "transcript:changed"
    assert f'{page.headers[follows]} from:body"' in page_of(as_coach.get(f"/sessions/{agreed.pk}/"))


def test_coach_and_client_can_be_swapped_later(
    as_coach: Browser, agreed: CoachingSession, here: None
) -> None:
    transcript = read(agreed, SAID)

    as_coach.post(f"/transcripts/{transcript.pk}/speakers/", {"swap": "1"}, headers=HTMX)

    assert dict(Speaker.objects.values_list("label", "role")) == {"Alice": "client", "Tomás": "coach"}


def test_a_role_that_does_not_exist_changes_nothing(
    as_coach: Browser, agreed: CoachingSession, here: None
) -> None:
    transcript = read(agreed, SAID)

    answer = as_coach.post(
        f"/transcripts/{transcript.pk}/speakers/", {"role_1": "queen", "role_2": "coach"}, headers=HTMX
    )

    assert answer.status_code == 422
    assert Transcript.objects.get().speakers_named_at is None


def test_the_reader_shows_who_said_what_and_when(as_coach: Browser, agreed: CoachingSession) -> None:
    read(agreed, SAID)

    page = page_of(as_coach.get(f"/sessions/{agreed.pk}/transcript/"))

    assert 'id="u-2"' in page
    assert "1:04" in page
    assert "The &lt;b&gt;kitchen&lt;/b&gt; is loud." in page
    assert '<span class="utterance-who">You</span>' in page


def test_a_search_marks_what_it_finds_in_any_form_of_the_word(
    as_coach: Browser, agreed: CoachingSession
) -> None:
    read(agreed, SAID)

    page = page_of(as_coach.get(f"/sessions/{agreed.pk}/transcript/?q=kitchens"))

    assert "Found in 1 passage" in page
    assert "&lt;b&gt;<mark>kitchen</mark>&lt;/b&gt;" in page
    assert 'data-hits="2"' in page


@pytest.mark.parametrize(
    ("words", "found"),
    [("the", 2), ("weeks loud", 0), ('"the kitchen"', 1), ("long or week", 2), ("'; DROP", 0), ("%", 0)],
)
def test_what_is_searched_for(words: str, found: int, agreed: CoachingSession, here: None) -> None:
    read(agreed, SAID)

    assert Utterance.objects.of_session(agreed).search(words).count() == found


def test_nothing_found_is_said(as_coach: Browser, agreed: CoachingSession) -> None:
    read(agreed, SAID)

    page = page_of(as_coach.get(f"/sessions/{agreed.pk}/transcript/", {"q": "<i>dragons"}))

    assert "Nobody said “&lt;i&gt;dragons” in this session." in page


def test_a_search_for_what_no_text_can_hold_finds_nothing(
    as_coach: Browser, session: CoachingSession
) -> None:
    answer = as_coach.get(f"/clients/{session.client_id}/transcripts/", {"q": "a\0b"})

    assert answer.status_code == 200


def test_a_search_across_sessions_leads_to_the_passages(as_coach: Browser, agreed: CoachingSession) -> None:
    read(agreed, SAID)
    with tenant(agreed.coach_id):
        later = factories.make_session(agreed.client, timezone.now() - timedelta(hours=1), title="Later")
    read(later, [Said(speaker="Tomás", text="A quiet kitchen, at last.")])

    page = page_of(as_coach.get(f"/clients/{agreed.client_id}/transcripts/?q=kitchen"))

    assert "Found in 2 passages" in page
    assert f"/sessions/{later.pk}/transcript/?u=1&amp;q=kitchen#u-1" in page
    assert page.index("Later") < page.index("loud")
    assert "Later" in page_of(as_coach.get(f"/clients/{agreed.client_id}/transcripts/"))


def test_two_hours_of_talk_are_read_in_parts_with_few_queries(
    as_coach: Browser, agreed: CoachingSession
) -> None:
    said = [
        Said(speaker=("Alice", "Tomás")[n % 2], text=f"Number {n} of many words.", starts_ms=n * 3_000)
        for n in range(2_400)
    ]
    read(agreed, said)
    as_coach.get(f"/sessions/{agreed.pk}/")

    with CaptureQueriesContext(connection) as queries:
        page = page_of(as_coach.get(f"/sessions/{agreed.pk}/transcript/?u=2100&q=number"))

    assert len(queries) <= 15
    assert 'id="u-2100"' in page
    assert 'id="u-2000"' not in page
    assert 'aria-current="page">Part 3' in page
    assert "Found in 2,400 passages" in page
    for strange in ("0", "-1", "99999999999", "x", "٣"):
        assert as_coach.get(f"/sessions/{agreed.pk}/transcript/?u={strange}").status_code == 200


def test_deleting_asks_first_and_takes_the_words_along(
    as_coach: Browser, agreed: CoachingSession, here: None
) -> None:
    transcript = read(agreed, SAID)
    address = f"/transcripts/{transcript.pk}/delete/"

    assert "Delete this transcript?" in page_of(as_coach.get(address))
    assert Utterance.objects.count() == 2
    as_coach.post(address)

    assert not Utterance.objects.exists()
    assert not Transcript.objects.exists()
    assert "Drop a transcript here" in page_of(as_coach.get(f"/sessions/{agreed.pk}/"))
