"""A coach's sessions: planned, moved, held, cancelled, taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching.actions import sessions
from coaching.actions.clients import ClientArchivedError
from coaching.actions.sessions import Booking
from coaching.models import CoachingSession, User
from journeyloop.tenancy import tenant
from tests.people import NOON, a_client, a_session, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def booked(date: str, time: str, **changes: str) -> dict[str, str]:
    return {
        "date": date,
        "time": time,
        "duration_minutes": "60",
        "session_type": "regular",
        "title": "",
        "meeting_url": "",
        **changes,
    }


def sessions_of(coach: User) -> list[CoachingSession]:
    with tenant(coach.coaching_profile.pk):
        return list(CoachingSession.objects.order_by("starts_at"))


def test_it_plans_at_the_coachs_wall_clock_time(coach: User, as_coach: Browser) -> None:
    client = a_client(coach)

    form = booked("2026-07-01", "15:00", client=str(client.pk))
    response = as_coach.post(reverse("session-create"), form)

    [session] = sessions_of(coach)
    assert response.url == reverse("session-detail", args=[session.pk])
    assert session.starts_at == datetime(2026, 7, 1, 14, 0, tzinfo=UTC)
    assert session.time_zone == "Europe/Lisbon"


def test_it_refuses_a_time_that_the_clocks_jump_over(coach: User, as_coach: Browser) -> None:
    form = booked("2026-03-29", "01:30", client=str(a_client(coach).pk), title="Early start")

    response = as_coach.post(reverse("session-create"), form)

    page = response.content.decode()
    assert response.status_code == 422
    assert "There is no 01:30 on that day" in page
    assert "The first time after it is 02:00" in page
    assert "Early start" in page
    assert sessions_of(coach) == []


def test_it_takes_the_earlier_of_a_time_that_comes_twice(coach: User, as_coach: Browser) -> None:
    form = booked("2026-10-25", "01:30", client=str(a_client(coach).pk))

    page = as_coach.post(reverse("session-create"), form, follow=True).content.decode()

    assert sessions_of(coach)[0].starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert "the earlier of the two" in page


def test_it_says_what_is_missing(as_coach: Browser) -> None:
    response = as_coach.post(reverse("session-create"), booked("", ""))

    page = response.content.decode()
    assert response.status_code == 422
    assert "Who is it with?" in page
    assert "Which day?" in page


def test_it_refuses_a_meeting_link_that_is_no_web_address(coach: User, as_coach: Browser) -> None:
    form = booked("2026-07-01", "15:00", client=str(a_client(coach).pk), meeting_url="javascript:alert(1)")

    assert as_coach.post(reverse("session-create"), form).status_code == 422


def test_it_asks_once_before_it_plans_over_another_session(coach: User, as_coach: Browser) -> None:
    client = a_client(coach)
    a_session(coach, a_client(coach, "Tess Ray"), datetime(2026, 3, 20, 10, 0, tzinfo=UTC))
    form = booked("2026-03-20", "10:30", client=str(client.pk))

    asked = as_coach.post(reverse("session-create"), form)
    answered = as_coach.post(reverse("session-create"), form | {"anyway": "yes"})

    assert asked.status_code == 422
    assert "Tess Ray is planned on Fri 20 Mar from 10:00 to 11:00" in asked.content.decode()
    assert answered.status_code == 302
    assert len(sessions_of(coach)) == 2


@pytest.mark.parametrize("time", ["09:00", "11:00"])
def test_sessions_back_to_back_do_not_clash(time: str, coach: User, as_coach: Browser) -> None:
    client = a_client(coach)
    a_session(coach, client, datetime(2026, 3, 20, 10, 0, tzinfo=UTC))

    response = as_coach.post(reverse("session-create"), booked("2026-03-20", time, client=str(client.pk)))

    assert response.status_code == 302


def test_a_cancelled_session_clashes_with_nothing(coach: User, as_coach: Browser) -> None:
    client = a_client(coach)
    a_session(coach, client, datetime(2026, 3, 20, 10, 0, tzinfo=UTC), status="cancelled")

    response = as_coach.post(reverse("session-create"), booked("2026-03-20", "10:00", client=str(client.pk)))

    assert response.status_code == 302


def test_the_preview_shows_the_clients_clock(coach: User, as_coach: Browser) -> None:
    client = a_client(coach, time_zone="America/New_York")
    form = booked("2026-03-20", "10:00", client=str(client.pk))

    page = as_coach.get(reverse("session-preview"), form).content.decode()

    assert "10:00" in page
    assert "06:00" in page  # New York is already on summer time
    assert "New York" in page


@pytest.mark.parametrize(
    "form", [{}, {"date": "soon", "time": "25:99"}, {"client": "nobody", "session": "x"}]
)
def test_the_preview_of_half_a_form_is_quiet(form: dict[str, str], as_coach: Browser) -> None:
    assert as_coach.get(reverse("session-preview"), form).status_code == 200


def test_nobody_archived_can_be_planned_with(coach: User, as_coach: Browser) -> None:
    client = a_client(coach, status="archived")

    response = as_coach.post(reverse("session-create"), booked("2026-03-20", "10:00", client=str(client.pk)))

    assert response.status_code == 422
    booking = Booking(starts_at=NOON, time_zone="UTC")
    with tenant(coach.coaching_profile.pk), pytest.raises(ClientArchivedError):
        sessions.schedule_session(client=client, booking=booking, by=coach, now=NOON)


def test_it_shows_where_a_session_moves_from_and_moves_it(coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), datetime(2026, 3, 20, 10, 0, tzinfo=UTC))
    url = reverse("session-reschedule", args=[session.pk])

    assert "<del>Fri 20 Mar, 10:00</del>" in as_coach.get(url).content.decode()
    as_coach.post(url, booked("2026-04-02", "16:30"))

    assert fresh(coach, session).starts_at == datetime(2026, 4, 2, 15, 30, tzinfo=UTC)


def test_moving_a_session_a_little_does_not_clash_with_itself(coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), datetime(2026, 3, 20, 10, 0, tzinfo=UTC))

    response = as_coach.post(reverse("session-reschedule", args=[session.pk]), booked("2026-03-20", "10:15"))

    assert response.status_code == 302


@pytest.mark.parametrize("status", ["completed", "cancelled", "missed"])
def test_what_is_over_cannot_be_moved(status: str, coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), NOON - DAY, status=status)

    response = as_coach.post(reverse("session-reschedule", args=[session.pk]), booked("2026-03-20", "10:00"))

    assert response.status_code == 409
    assert fresh(coach, session).starts_at == NOON - DAY


def test_completing_uses_one_of_the_package(coach: User, as_coach: Browser) -> None:
    client = a_client(coach, total_sessions=8)
    session = a_session(coach, client, NOON - 2 * HOUR)

    page = as_coach.post(reverse("session-complete", args=[session.pk]), follow=True).content.decode()

    assert "1 of 8 sessions used" in page
    assert f'action="{reverse("session-reopen", args=[session.pk])}"' in page
    assert fresh(coach, session).completed_at == NOON


def test_going_over_the_package_warns_and_does_not_block(coach: User, as_coach: Browser) -> None:
    client = a_client(coach, total_sessions=1)
    a_session(coach, client, NOON - 7 * DAY, status="completed")
    session = a_session(coach, client, NOON - 2 * HOUR)

    before = as_coach.get(reverse("session-detail", args=[session.pk])).content.decode()
    after = as_coach.post(reverse("session-complete", args=[session.pk]), follow=True).content.decode()

    assert "goes beyond it" in before
    assert "session 2 of a package of 1" in after
    assert "toast-warn" in after


def test_open_ended_work_has_no_package_to_count(coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), NOON - 2 * HOUR)

    page = as_coach.post(reverse("session-complete", args=[session.pk]), follow=True).content.decode()

    assert "Open-ended, 1 held" in page


@pytest.mark.parametrize("name", ["session-complete", "session-missed"])
def test_what_has_not_begun_cannot_be_judged(name: str, coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), NOON + HOUR)

    response = as_coach.post(reverse(name, args=[session.pk]))

    assert response.status_code == 409
    assert "has not begun yet" in response.content.decode()
    assert fresh(coach, session).status == "scheduled"


@pytest.mark.parametrize("name", ["session-complete", "session-missed", "session-cancel"])
def test_it_says_so_when_a_session_is_settled_already(name: str, coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), NOON - 2 * HOUR, status="completed")

    response = as_coach.post(reverse(name, args=[session.pk]))

    assert response.status_code == 409
    assert "already marked as completed" in response.content.decode()


def test_of_two_who_settle_at_once_one_is_told(coach: User) -> None:
    session = a_session(coach, a_client(coach), NOON - 2 * HOUR)
    stale = fresh(coach, session)

    with tenant(coach.coaching_profile.pk):
        sessions.complete_session(session=session, by=coach, now=NOON)
        with pytest.raises(sessions.SessionSettledError):
            sessions.cancel_session(session=stale, reason="", by=coach, now=NOON)

    assert fresh(coach, session).status == "completed"


def test_it_cancels_with_a_reason(coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), NOON + DAY)
    url = reverse("session-cancel", args=[session.pk])

    assert "Cancel this session?" in as_coach.get(url).content.decode()
    page = as_coach.post(url, {"reason": "A fever."}, follow=True).content.decode()

    assert "A fever." in page
    assert fresh(coach, session).status == "cancelled"


def test_a_session_that_was_not_held_leaves_the_package_alone(coach: User, as_coach: Browser) -> None:
    client = a_client(coach, total_sessions=8)
    session = a_session(coach, client, NOON - 2 * HOUR)

    page = as_coach.post(reverse("session-missed", args=[session.pk]), follow=True).content.decode()

    assert "Not held" in page
    assert "0 of 8 used" in page


@pytest.mark.parametrize("status", ["completed", "cancelled", "missed"])
def test_it_takes_back_what_was_said(status: str, coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), NOON - 2 * HOUR, status=status)

    as_coach.post(reverse("session-reopen", args=[session.pk]))

    again = fresh(coach, session)
    assert again.status == "scheduled"
    assert again.completed_at is None
    assert again.cancelled_at is None


def test_there_is_nothing_to_take_back_from_a_planned_session(coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), NOON + DAY)

    assert as_coach.post(reverse("session-reopen", args=[session.pk])).status_code == 409


def test_the_list_is_in_the_order_of_the_calendar(coach: User, as_coach: Browser) -> None:
    client = a_client(coach)
    for title, starts_at, status in [
        ("Unsaid", NOON - DAY, "scheduled"),
        ("Running", NOON - HOUR / 2, "scheduled"),
        ("Tonight", NOON + 8 * HOUR, "scheduled"),
        ("Friday", NOON + 2 * DAY, "scheduled"),
        ("Monday", NOON + 5 * DAY, "scheduled"),
        ("Spring", NOON + 40 * DAY, "scheduled"),
        ("Held", NOON - 7 * DAY, "completed"),
    ]:
        a_session(coach, client, starts_at, title=title, status=status)

    page = as_coach.get(reverse("session-list")).content.decode()

    order = [
        "How did they go?",
        "Unsaid",
        ">Today",
        "Running",
        "Tonight",
        ">This week",
        "Friday",
        ">Next week",
        "Monday",
        ">Later",
        "Spring",
        ">Past",
        "Held",
    ]
    places = [page.index(words) for words in order]
    assert places == sorted(places)


def test_a_session_shows_both_clocks(coach: User, as_coach: Browser) -> None:
    client = a_client(coach, "Mei Tan", time_zone="Asia/Singapore")
    session = a_session(coach, client, datetime(2026, 3, 19, 20, 0, tzinfo=UTC))

    page = as_coach.get(reverse("session-detail", args=[session.pk])).content.decode()

    assert "Tomorrow, 20:00 to 21:00" in page
    assert "For Mei" in page
    assert "Fri 04:00" in page


def test_times_are_on_the_coachs_clock_in_summer_too(coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), datetime(2026, 7, 1, 15, 0, tzinfo=UTC))

    for url in (reverse("session-list"), reverse("session-detail", args=[session.pk])):
        assert "16:00" in as_coach.get(url).content.decode()


def test_it_keeps_a_note_about_a_session(coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), NOON - DAY, title="The letter")

    as_coach.post(reverse("session-note-create", args=[session.pk]), {"text": "She read it standing up."})

    for url in ("session-detail", session.pk), ("client-detail", session.client_id):
        assert "She read it standing up." in as_coach.get(reverse(url[0], args=[url[1]])).content.decode()


def queries_for(browser: Browser, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


def test_a_long_list_costs_no_more_than_a_short_one(coach: User, as_coach: Browser) -> None:
    for hours in (-30, 30):
        a_session(coach, a_client(coach), NOON + hours * HOUR)
    a_session(coach, a_client(coach), NOON - 3 * DAY, status="completed")
    few = queries_for(as_coach, reverse("session-list"))
    for number in range(12):
        client = a_client(coach, f"Client {number}")
        a_session(coach, client, NOON + number * DAY)
        a_session(coach, client, NOON - number * DAY, status="completed")

    many = queries_for(as_coach, reverse("session-list"))

    assert many == few <= 15


@pytest.mark.parametrize("name", ["session-detail", "session-reschedule", "session-cancel"])
def test_a_page_of_a_session_is_cheap(name: str, coach: User, as_coach: Browser) -> None:
    session = a_session(coach, a_client(coach), NOON + DAY)

    assert queries_for(as_coach, reverse(name, args=[session.pk])) <= 15


ADDRESSES = [
    ("get", "session-detail"),
    ("get", "session-reschedule"),
    ("post", "session-reschedule"),
    ("post", "session-complete"),
    ("post", "session-missed"),
    ("get", "session-cancel"),
    ("post", "session-cancel"),
    ("post", "session-reopen"),
    ("post", "session-note-create"),
]


@pytest.mark.parametrize(("method", "name"), ADDRESSES)
def test_a_stranger_gets_404(method: str, name: str, stranger: User, as_coach: Browser) -> None:
    theirs = a_session(stranger, a_client(stranger), NOON - 2 * HOUR)
    form = booked("2026-03-20", "10:00", text="x")

    response = getattr(as_coach, method)(reverse(name, args=[theirs.pk]), form)

    assert response.status_code == 404
    assert fresh(stranger, theirs).status == "scheduled"


def test_a_strangers_client_cannot_be_planned_with(stranger: User, as_coach: Browser) -> None:
    theirs = a_client(stranger)
    form = booked("2026-03-20", "10:00", client=str(theirs.pk))

    assert as_coach.post(reverse("session-create"), form).status_code == 422
    assert theirs.name not in as_coach.get(reverse("session-preview"), form).content.decode()


def test_a_strangers_session_does_not_show_in_a_preview(stranger: User, as_coach: Browser) -> None:
    theirs = a_session(stranger, a_client(stranger), NOON)

    form = booked("2026-03-18", "12:00", session=str(theirs.pk))
    assert as_coach.get(reverse("session-preview"), form).status_code == 404


def test_a_visitor_is_asked_to_sign_in(as_visitor: Browser) -> None:
    assert as_visitor.get(reverse("session-list")).url.startswith(reverse("account_login"))


def test_somebody_who_is_no_coach_finds_no_such_page(as_client: Browser) -> None:
    assert as_client.get(reverse("session-list")).status_code == 404
