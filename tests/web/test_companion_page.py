"""The companion's page: what a coach sees of the conversation, and what they can do to it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coaching.models import CoachingProfile, User
from companion.actions import bootstrapping, personality
from companion.models import (
    BootstrapTopic,
    CompanionPersonality,
    CompanionState,
    Conversation,
    Message,
    MicroInteraction,
    Notification,
    StreamEvent,
    Turn,
)
from tests import factories
from tests.fakes.conversations import Status, answer, ask, change, notify, rows_of, say

pytestmark = pytest.mark.django_db


def htmx(browser: Browser, method: str, url: str, **data: Any) -> Any:
    return getattr(browser, method)(url, data, headers={"HX-Request": "true"})


def test_the_first_visit_gives_the_coach_a_companion(coach: User, as_coach: Browser) -> None:
    page = as_coach.get("/companion/")

    assert "Hello, Alice. I am your companion, an AI colleague." in page.content.decode()
    with rows_of(coach.coaching_profile):
        assert CompanionPersonality.objects.count() == 6
        assert CompanionState.objects.count() == Conversation.objects.count() == 1


def test_the_welcome_is_labelled_as_ai_and_holds_one_button(as_coach: Browser) -> None:
    page = as_coach.get("/companion/").content.decode()

    welcome = page[page.index('id="welcome"') : page.index("</section>", page.index('id="welcome"'))]
    assert "data-ai" in welcome
    assert welcome.count("<button") == 1


def test_a_coach_who_is_known_is_offered_things_to_ask(alice: CoachingProfile, as_coach: Browser) -> None:
    with rows_of(alice):
        CompanionState.objects.update(bootstrap_status="complete")

    page = as_coach.get("/companion/").content.decode()

    assert "What shall we look at?" in page
    assert "Begin" not in page


def test_a_visitor_is_asked_to_sign_in(as_visitor: Browser) -> None:
    assert as_visitor.get("/companion/").headers["Location"].startswith("/accounts/login/")


def test_somebody_who_is_no_coach_gets_404(as_client: Browser) -> None:
    assert as_client.get("/companion/").status_code == 404


def test_it_shows_what_was_said_in_order(alice: CoachingProfile, as_coach: Browser) -> None:
    answer(alice, say(alice, "First question"), "First **answer**")
    say(alice, "Second question")

    page = as_coach.get("/companion/").content.decode()

    places = [
        page.index(text) for text in ("First question", "First <strong>answer</strong>", "Second question")
    ]
    assert places == sorted(places)


def test_the_coachs_words_are_never_html(alice: CoachingProfile, as_coach: Browser) -> None:
    say(alice, "<script>alert(1)</script> **plain**")

    page = as_coach.get("/companion/").content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt; **plain**" in page


def test_a_day_is_named_once_in_the_coachs_time_zone(alice: CoachingProfile, as_coach: Browser) -> None:
    User.objects.filter(pk=alice.user_id).update(time_zone="Asia/Tokyo")
    late = timezone.now().replace(month=3, day=2, hour=23, minute=0)
    for hours in (0, 1):
        change(alice, answer(alice, say(alice)), queued_at=late + timedelta(hours=hours))

    page = as_coach.get("/companion/").content.decode()

    assert page.count('class="chat-day"') == 1
    assert "3 March" in page


@pytest.mark.parametrize("is_known", [False, True])
def test_thirty_turns_cost_few_queries(alice: CoachingProfile, as_coach: Browser, *, is_known: bool) -> None:
    if is_known:
        factories.unlock(alice)
    for _ in range(30):
        turn = answer(alice, say(alice))
        ask(alice, turn, "yes_no")

    as_coach.get("/companion/")  # the first visit of a browser is noted in its list of sign-ins
    with CaptureQueriesContext(connection) as queries:
        page = as_coach.get("/companion/")

    asked = [sql for sql in (each["sql"] for each in queries) if not re.search("SAVEPOINT|set_config", sql)]
    assert page.content.decode().count('class="turn"') == 30
    assert len(asked) <= 15, "\n".join(asked)


def test_older_turns_are_fetched_thirty_at_a_time(alice: CoachingProfile, as_coach: Browser) -> None:
    for number in range(65):
        answer(alice, say(alice, f"Question {number}."))

    newest = as_coach.get("/companion/history/").content.decode()
    link = newest.split('data-earlier="')[1].split('"')[0]
    older = as_coach.get(link).content.decode()
    oldest = as_coach.get(older.split('data-earlier="')[1].split('"')[0]).content.decode()

    assert "Question 64." in newest
    assert "Question 35." in newest
    assert "Question 34." in older
    assert "Question 5." in older
    assert "Question 4." in oldest
    assert "data-earlier" not in oldest


def test_history_takes_no_notice_of_a_number_that_is_none(as_coach: Browser) -> None:
    assert as_coach.get("/companion/history/?before=9%27--").status_code == 200


# Turns ---------------------------------------------------------------------------------------------


def test_a_waiting_turn_shows_that_somebody_is_writing(alice: CoachingProfile, as_coach: Browser) -> None:
    turn = say(alice)

    fragment = htmx(as_coach, "get", f"/companion/turns/{turn.pk}/").content.decode()

    assert f'id="turn-{turn.pk}"' in fragment
    assert 'data-state="waiting"' in fragment
    assert "The companion is writing." in fragment
    assert "Stop" in fragment


def test_a_running_turn_shows_the_text_so_far_with_its_length_in_code_points(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    turn = change(alice, say(alice), status=Status.RUNNING, partial_text="Mara 🌱 <b>")

    fragment = htmx(as_coach, "get", f"/companion/turns/{turn.pk}/").content.decode()

    assert 'data-length="10"' in fragment
    assert "Mara 🌱 &lt;b&gt;" in fragment


def test_a_finished_turn_shows_refusals_as_quiet_lines(alice: CoachingProfile, as_coach: Browser) -> None:
    refusals = [
        {"code": "locked", "what": "nudge_drafts", "why": "I can draft nudges <later>.", "target": ""}
    ]
    turn = answer(alice, say(alice), refusals=refusals)

    fragment = htmx(as_coach, "get", f"/companion/turns/{turn.pk}/").content.decode()

    assert "Not done:</strong> I can draft nudges &lt;later&gt;." in fragment


def test_a_failed_turn_says_why_and_keeps_what_had_arrived(alice: CoachingProfile, as_coach: Browser) -> None:
    turn = change(
        alice,
        say(alice, "What did Mara say?"),
        status=Status.FAILED,
        error_words="The AI service is very busy just now.",
        partial_text="She said that",
    )

    fragment = htmx(as_coach, "get", f"/companion/turns/{turn.pk}/").content.decode()

    for text in ("What did Mara say?", "She said that", "Unfinished.", "very busy just now", "Try again"):
        assert text in fragment


def test_a_turn_that_was_given_up_has_words_before_they_are_written(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    turn = change(alice, say(alice), status=Status.FAILED, error_code="gave_up")

    assert "Your message is safe" in htmx(as_coach, "get", f"/companion/turns/{turn.pk}/").content.decode()


def test_an_answer_can_be_stopped_and_keeps_its_text(alice: CoachingProfile, as_coach: Browser) -> None:
    turn = change(alice, say(alice), status=Status.RUNNING, partial_text="October had")

    fragment = htmx(as_coach, "post", f"/companion/turns/{turn.pk}/cancel/").content.decode()

    assert 'data-status="cancelled"' in fragment
    assert "October had" in fragment
    assert "Unfinished: you stopped this answer." in fragment
    assert "Ask again" in fragment


def test_stopping_a_finished_answer_shows_it(alice: CoachingProfile, as_coach: Browser) -> None:
    turn = answer(alice, say(alice), "All done.")

    assert "All done." in htmx(as_coach, "post", f"/companion/turns/{turn.pk}/cancel/").content.decode()


def test_a_failed_answer_can_be_asked_for_again(alice: CoachingProfile, as_coach: Browser) -> None:
    turn = change(alice, say(alice), status=Status.FAILED, error_words="Busy.")

    fragment = htmx(as_coach, "post", f"/companion/turns/{turn.pk}/retry/").content.decode()

    assert 'data-status="queued"' in fragment
    with rows_of(alice):
        assert Message.objects.count() == 1


def test_only_the_newest_turn_offers_to_be_asked_again(alice: CoachingProfile, as_coach: Browser) -> None:
    turn = change(alice, say(alice), status=Status.FAILED, error_words="Busy.")
    say(alice, "Never mind.")

    fragment = htmx(as_coach, "post", f"/companion/turns/{turn.pk}/retry/").content.decode()

    assert 'data-status="failed"' in fragment
    assert "Try again" not in fragment


def test_without_script_it_goes_back_to_the_page(alice: CoachingProfile, as_coach: Browser) -> None:
    turn = say(alice)

    response = as_coach.post(f"/companion/turns/{turn.pk}/cancel/")

    assert response.headers["Location"] == f"/companion/#turn-{turn.pk}"


def test_other_tabs_are_told_of_a_stopped_answer(alice: CoachingProfile, as_coach: Browser) -> None:
    turn = say(alice)

    htmx(as_coach, "post", f"/companion/turns/{turn.pk}/cancel/")

    with rows_of(alice):
        event = StreamEvent.objects.get()
    assert event.event == "chat-message"
    assert event.data["turn"] == str(turn.pk)


# Questions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("choice", "A brief", "A brief"),
        ("yes_no", "Yes", "Yes"),
        ("rating", "7", "7 of 10"),
        ("quick_capture", "Rest", "Rest"),
    ],
)
def test_an_answer_is_said_as_the_coachs_message(
    alice: CoachingProfile, as_coach: Browser, kind: str, given: str, said: str
) -> None:
    question = ask(alice, answer(alice, say(alice)), kind, options=["A brief", "Nothing"])

    response = htmx(as_coach, "post", f"/companion/questions/{question.pk}/answer/", answer=given)

    assert response.content.decode().count("<article") == 2
    assert "You answered:" in response.content.decode()
    with rows_of(alice):
        assert Message.objects.latest("number").text == said
        assert Turn.objects.latest("number").status == Status.QUEUED


def test_an_answer_given_twice_is_said_once(alice: CoachingProfile, as_coach: Browser) -> None:
    question = ask(alice, answer(alice, say(alice)), "yes_no")
    url = f"/companion/questions/{question.pk}/answer/"

    htmx(as_coach, "post", url, answer="Yes")
    second = htmx(as_coach, "post", url, answer="No")

    assert second.status_code == 422
    with rows_of(alice):
        assert list(Message.objects.filter(role="coach").values_list("text", flat=True))[1:] == ["Yes"]


def test_an_answer_that_does_not_fit_comes_back_with_the_reason(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    question = ask(alice, answer(alice, say(alice)), "quick_capture")

    response = htmx(as_coach, "post", f"/companion/questions/{question.pk}/answer/", answer="w" * 2001)

    assert response.status_code == 422
    assert "An answer may have 2,000 characters" in response.content.decode()
    assert "w" * 2001 in response.content.decode()


def test_a_question_can_be_set_aside(alice: CoachingProfile, as_coach: Browser) -> None:
    question = ask(alice, answer(alice, say(alice)), "rating")

    fragment = htmx(as_coach, "post", f"/companion/questions/{question.pk}/set-aside/").content.decode()

    assert "Set aside." in fragment
    with rows_of(alice):
        assert MicroInteraction.objects.get().status == "dismissed"
        assert Message.objects.filter(role="coach").count() == 1


# Notices -------------------------------------------------------------------------------------------


def test_a_notice_waits_on_the_page_until_it_was_seen(alice: CoachingProfile, as_coach: Browser) -> None:
    notice = notify(alice, "Tom moved his session.")

    assert f'data-notice="{notice.pk}"' in as_coach.get("/companion/").content.decode()


def test_a_kept_notice_stands_above_the_conversation(alice: CoachingProfile, as_coach: Browser) -> None:
    notice = notify(alice, "Tom moved his session.")

    head = htmx(as_coach, "post", f"/companion/notifications/{notice.pk}/keep/").content.decode()

    assert "Kept" in head
    assert "Tom moved his session." in head
    assert htmx(as_coach, "get", f"/companion/notifications/{notice.pk}/").status_code == 204


def test_a_notice_can_be_put_away(alice: CoachingProfile, as_coach: Browser) -> None:
    notice = notify(alice, is_kept=True)

    head = htmx(as_coach, "post", f"/companion/notifications/{notice.pk}/dismiss/").content.decode()

    assert notice.text not in head
    with rows_of(alice):
        assert Notification.objects.get().dismissed_at


def test_a_change_can_be_taken_back_from_its_notice(alice: CoachingProfile, as_coach: Browser) -> None:
    version = write_twice(alice)[1]
    notify(alice, undo_version=version.pk)

    htmx(as_coach, "post", f"/companion/layers/versions/{version.pk}/undo/")

    with rows_of(alice):
        assert CompanionPersonality.objects.get(layer="coach_knowledge").text == "First."
        assert "Taken back" in Notification.objects.waiting().get().text


def test_a_change_with_a_newer_one_on_top_is_not_taken_back(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    version = write_twice(alice)[0]
    notify(alice, undo_version=version.pk)

    htmx(as_coach, "post", f"/companion/layers/versions/{version.pk}/undo/")

    with rows_of(alice):
        assert CompanionPersonality.objects.get(layer="coach_knowledge").text == "Second."
        assert "nothing was taken back" in Notification.objects.waiting().get().text


def write_twice(coach: CoachingProfile) -> list[Any]:
    with rows_of(coach):
        return [
            personality.write_layer(
                layer="coach_knowledge", text=text, source=personality.Source.COACH, by=None
            )
            for text in ("First.", "Second.")
        ]


# Getting to know each other ------------------------------------------------------------------------


def test_the_question_being_asked_can_be_left_out(alice: CoachingProfile, as_coach: Browser) -> None:
    response = htmx(as_coach, "post", "/companion/bootstrap/skip/", topic="names")

    assert "Let us leave out “Our names”." in response.content.decode()
    with rows_of(alice):
        assert BootstrapTopic.objects.get(key="names").status == "skipped"


def test_leaving_out_a_later_question_says_nothing(alice: CoachingProfile, as_coach: Browser) -> None:
    htmx(as_coach, "post", "/companion/bootstrap/skip/", topic="help")

    with rows_of(alice):
        assert not Message.objects.exists()


def test_a_page_that_has_not_heard_of_an_answer_cannot_throw_it_away(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    with rows_of(alice):
        bootstrapping.settle_topic(key="values", result="answered", quote="Honesty first.")

    htmx(as_coach, "post", "/companion/bootstrap/skip/", topic="values")

    with rows_of(alice):
        assert BootstrapTopic.objects.get(key="values").quote == "Honesty first."
        assert not Message.objects.exists()


def test_an_unknown_topic_is_not_there(as_coach: Browser) -> None:
    assert htmx(as_coach, "post", "/companion/bootstrap/skip/", topic="gossip").status_code == 404


def test_a_second_round_can_be_ended_from_its_panel(alice: CoachingProfile, as_coach: Browser) -> None:
    with rows_of(alice):
        CompanionState.objects.update(
            capabilities_unlocked=True, unlocked_at=timezone.now(), bootstrap_status="complete"
        )
    as_coach.post("/companion/bootstrap/again/")
    assert "/companion/bootstrap/leave/" in as_coach.get("/companion/").content.decode()

    as_coach.post("/companion/bootstrap/leave/")

    with rows_of(alice):
        assert CompanionState.objects.get().bootstrap_status == "complete"
    assert "/companion/bootstrap/leave/" not in as_coach.get("/companion/").content.decode()


def test_a_first_round_cannot_be_ended_early(alice: CoachingProfile, as_coach: Browser) -> None:
    as_coach.post("/companion/bootstrap/leave/")

    assert "/companion/bootstrap/leave/" not in as_coach.get("/companion/").content.decode()
    with rows_of(alice):
        assert not CompanionState.objects.filter(bootstrap_status="complete").exists()


def test_going_through_the_questions_again_is_said_once(alice: CoachingProfile, as_coach: Browser) -> None:
    with rows_of(alice):
        CompanionState.objects.update(bootstrap_status="complete")

    for _ in range(2):
        as_coach.post("/companion/bootstrap/again/")

    with rows_of(alice):
        assert Message.objects.get().text == "Let us go through the questions again."


def test_the_head_says_how_far_it_is(alice: CoachingProfile, as_coach: Browser) -> None:
    with rows_of(alice):
        CompanionState.objects.update(bootstrap_status="in_progress")
        BootstrapTopic.objects.filter(key__in=["names", "voice"]).update(status="answered")

    head = as_coach.get("/companion/head/").content.decode()

    assert "2 of 8" in head
    assert 'value="values"' in head


# Walls ---------------------------------------------------------------------------------------------

Make = Callable[[CoachingProfile], object]
OBJECTS: list[tuple[str, str, Make]] = [
    ("get", "/companion/turns/{}/", say),
    ("post", "/companion/turns/{}/cancel/", say),
    ("post", "/companion/turns/{}/retry/", say),
    ("post", "/companion/questions/{}/answer/", lambda coach: ask(coach, say(coach), "yes_no")),
    ("post", "/companion/questions/{}/set-aside/", lambda coach: ask(coach, say(coach), "yes_no")),
    ("get", "/companion/notifications/{}/", notify),
    ("post", "/companion/notifications/{}/keep/", notify),
    ("post", "/companion/notifications/{}/dismiss/", notify),
]


@pytest.mark.parametrize(("method", "url", "make"), OBJECTS)
def test_a_stranger_gets_404(
    alice: CoachingProfile, as_stranger: Browser, method: str, url: str, make: Make
) -> None:
    row = make(alice)

    assert htmx(as_stranger, method, url.format(row.pk)).status_code == 404  # type: ignore[attr-defined]
