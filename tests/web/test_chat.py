"""POST /api/v1/companion/chat/: the coach says something, from a page or as an API."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from coaching.accounts.tokens import make_key
from coaching.models import CoachingProfile, User
from companion.models import CompanionContext, Message, StreamEvent, Turn
from tests import factories
from tests.fakes.conversations import answer, ask, rows_of, say

pytestmark = pytest.mark.django_db

URL = "/api/v1/companion/chat/"
AS_HTMX = {"HX-Request": "true"}
AS_PAGE = {"Accept": "text/html,application/xhtml+xml"}


def said(coach: CoachingProfile) -> list[str]:
    with rows_of(coach):
        return list(Message.objects.order_by("number").values_list("text", flat=True))


def test_a_form_is_accepted_and_names_its_turn(alice: CoachingProfile, as_coach: Browser) -> None:
    response = as_coach.post(URL, {"message": " Who is coming? "})

    assert response.status_code == 202
    assert said(alice) == ["Who is coming?"]
    with rows_of(alice):
        assert response.json() == {"status": "processing", "job_id": str(Turn.objects.get().pk)}


def test_json_is_accepted(alice: CoachingProfile, as_coach: Browser) -> None:
    response = as_coach.post(URL, {"message": "Hello"}, content_type="application/json")

    assert response.status_code == 202
    assert said(alice) == ["Hello"]


@pytest.mark.parametrize(
    "body",
    [
        '{"message": "Hello", "request_key": "a\\u0000b"}',
        '{"message": "Hello", "request_key": "\\ud800"}',
        "[" * 100_000,
        '{"message": ' + "[" * 100_000,
    ],
    ids=["a NUL in the key", "half a character in the key", "a deep list", "a deep message"],
)
def test_json_that_nothing_can_keep_is_refused(alice: CoachingProfile, as_coach: Browser, body: str) -> None:
    response = as_coach.post(URL, body, content_type="application/json")

    assert response.status_code == 422
    assert said(alice) == []


def test_what_the_database_cannot_keep_is_left_out_of_a_message(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    as_coach.post(URL, '{"message": "He\\u0000ll\\ud800o"}', content_type="application/json")

    assert said(alice) == ["Hello"]


def test_htmx_gets_the_bubble_and_a_waiting_one(as_coach: Browser) -> None:
    response = as_coach.post(URL, {"message": "Hello <b>"}, headers=AS_HTMX)

    assert response.status_code == 202
    assert "Hello &lt;b&gt;" in response.content.decode()
    assert 'data-state="waiting"' in response.content.decode()


def test_a_page_without_script_goes_back_to_the_conversation(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    response = as_coach.post(URL, {"message": "Hello"}, headers=AS_PAGE)

    with rows_of(alice):
        assert response.headers["Location"] == f"/companion/#turn-{Turn.objects.get().pk}"


def test_a_page_without_script_keeps_a_text_that_is_too_long(as_coach: Browser) -> None:
    text = "w" * 20_001

    response = as_coach.post(URL, {"message": text}, headers=AS_PAGE)

    assert response.status_code == 422
    assert text in response.content.decode()
    assert "20,000 is the most" in response.content.decode()


def test_the_same_form_twice_is_said_once(alice: CoachingProfile, as_coach: Browser) -> None:
    first, second = (as_coach.post(URL, {"message": "Hello", "request_key": "k1"}) for _ in range(2))

    assert first.json() == second.json()
    assert said(alice) == ["Hello"]


def test_other_words_under_an_old_key_are_another_message(alice: CoachingProfile, as_coach: Browser) -> None:
    for text in ("Hello", "Hello again"):
        as_coach.post(URL, {"message": text, "request_key": "k1"})

    assert said(alice) == ["Hello", "Hello again"]


def test_a_program_that_sends_other_words_under_an_old_key_is_told(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    for text in ("Hello", "Hello again"):
        body = {"message": text, "request_key": "k1"}
        response = as_coach.post(URL, body, content_type="application/json")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "key_reused")
    assert said(alice) == ["Hello"]


def test_a_second_message_waits_behind_the_first(alice: CoachingProfile, as_coach: Browser) -> None:
    for text in ("One", "Two"):
        as_coach.post(URL, {"message": text})

    with rows_of(alice):
        assert list(Turn.objects.order_by("number").values_list("status", flat=True)) == ["queued", "queued"]


@pytest.mark.parametrize("text", ["", "   \n", "\x00"])
def test_nothing_is_refused_in_words(alice: CoachingProfile, as_coach: Browser, text: str) -> None:
    response = as_coach.post(URL, {"message": text})

    assert response.status_code == 422
    assert response.json()["error"]["message"] == "Write a message first."
    assert said(alice) == []


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        '"x"',
        '{"message": 5}',
        '{"message": "x", "request_key": 5}',
        '{"interaction_response": "x"}',
        '{"interaction_response": {"id": 5, "answer": "x"}}',
        '{"interaction_response": {"id": "x", "answer": "x"}}',
    ],
)
def test_what_cannot_be_read_is_refused(alice: CoachingProfile, as_coach: Browser, body: str) -> None:
    response = as_coach.post(URL, body, content_type="application/json")

    assert response.status_code == 422
    assert set(response.json()["error"]) == {"code", "message", "details"}
    assert said(alice) == []


def test_an_answer_to_a_question_is_a_message(alice: CoachingProfile, as_coach: Browser) -> None:
    question = ask(alice, answer(alice, say(alice, "Ask me.")), "rating")
    body = {"interaction_response": {"id": str(question.pk), "answer": 7}}

    response = as_coach.post(URL, body, content_type="application/json")

    assert response.status_code == 202
    assert said(alice)[-1] == "7 of 10"


def test_a_strangers_question_is_not_there(alice: CoachingProfile, as_coach: Browser) -> None:
    other = factories.make_coach(unlocked=True)
    question = ask(other, say(other), "yes_no")
    body = {"interaction_response": {"id": str(question.pk), "answer": "Yes"}}

    assert as_coach.post(URL, body, content_type="application/json").status_code == 404
    assert said(alice) == []


def test_it_works_before_the_page_was_ever_opened(coach: User, as_coach: Browser) -> None:
    assert as_coach.post(URL, {"message": "Hello"}).status_code == 202
    with rows_of(coach.coaching_profile):
        assert CompanionContext.objects.exists()


def test_other_tabs_are_told(alice: CoachingProfile, as_coach: Browser) -> None:
    as_coach.post(URL, {"message": "Hello"})

    with rows_of(alice):
        event = StreamEvent.objects.get()
        assert (event.event, event.data["turn"]) == ("chat-message", str(Turn.objects.get().pk))


def test_a_worker_is_told_after_the_commit(
    as_coach: Browser, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[object] = []
    monkeypatch.setattr("companion.scheduling.queue._ring", rung.append)

    with django_capture_on_commit_callbacks(execute=True):
        job_id = as_coach.post(URL, {"message": "Hello"}).json()["job_id"]
        assert rung == []

    assert [str(turn_id) for turn_id in rung] == [job_id]


def test_a_session_needs_the_csrf_token(alice: CoachingProfile) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(alice.user)

    assert browser.post(URL, {"message": "Hello"}).status_code == 403
    assert said(alice) == []


def test_a_bearer_token_needs_none(alice: CoachingProfile) -> None:
    _, raw = make_key(owner=alice, name="Script", scopes=["companion"], now=timezone.now())
    script = Browser(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {raw}"})

    assert script.post(URL, {"message": "Hello"}, content_type="application/json").status_code == 202
    assert said(alice) == ["Hello"]


def test_reading_is_not_allowed(as_coach: Browser) -> None:
    assert as_coach.get(URL).status_code == 405
