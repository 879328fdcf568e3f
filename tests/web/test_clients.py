"""A coach's clients, as the coach sees them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching.actions import clients
from coaching.models import Client, Note, User
from journeyloop.tenancy import tenant
from tests.people import NOON, a_client, a_note, a_session, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

HTMX = {"HX-Request": "true"}
WRITTEN = {
    "name": "Ada Brook",
    "pronouns": "she/her",
    "email": "ada@example.com",
    "time_zone": "lisbon",
    "goal_summary": "Sleep\nthrough the night.",
    "status": "active",
    "started_on": "2026-01-07",
    "total_sessions": "8",
}


def clients_of(coach: User) -> list[Client]:
    with tenant(coach.coaching_profile.pk):
        return list(Client.objects.order_by("name"))


def test_it_lists_who_is_current_with_next_session_and_package(coach: User, as_coach: Browser) -> None:
    ada = a_client(coach, "Ada Brook", total_sessions=8, goal_summary="Sleep through the night.")
    a_client(coach, "Bo Gone", status="archived")
    a_session(coach, ada, NOON - timedelta(days=7), status="completed")
    a_session(coach, ada, NOON + timedelta(days=9))
    a_session(coach, ada, NOON + timedelta(days=2))

    page = as_coach.get(reverse("client-list")).content.decode()

    assert "Ada Brook" in page
    assert "Sleep through the night." in page
    assert "1 of 8" in page
    assert "Fri 20 Mar" in page
    assert "Bo Gone" not in page


def test_it_lists_the_archived_apart(coach: User, as_coach: Browser) -> None:
    a_client(coach, "Ada Brook")
    a_client(coach, "Bo Gone", status="archived")

    page = as_coach.get(reverse("client-list"), {"show": "archived"}).content.decode()

    assert "Bo Gone" in page
    assert "Ada Brook" not in page


@pytest.mark.parametrize("words", ["bro", "ADA", "ada bro", "example.com", "brook ada"])
def test_it_finds_by_parts_of_name_or_email(words: str, coach: User, as_coach: Browser) -> None:
    a_client(coach, "Ada Brook", email="ada@example.com")
    a_client(coach, "Cy Tern")

    page = as_coach.get(reverse("client-list"), {"q": words}).content.decode()

    assert "Ada Brook" in page
    assert "Cy Tern" not in page


def test_it_finds_nobody_by_what_no_name_can_hold(as_coach: Browser) -> None:
    page = as_coach.get(reverse("client-list"), {"q": "a\0da"}).content.decode()

    assert "Nobody called “ada”" in page


def test_it_answers_htmx_with_the_list_alone(coach: User, as_coach: Browser) -> None:
    a_client(coach, "Ada Brook")

    response = as_coach.get(reverse("client-list"), {"q": "ada"}, headers=HTMX)

    page = response.content.decode()
    assert "Ada Brook" in page
    assert 'id="client-list"' in page
    assert "<html" not in page
    assert "HX-Request" in response["Vary"]


def test_an_empty_list_says_what_will_be_here(as_coach: Browser) -> None:
    page = as_coach.get(reverse("client-list")).content.decode()

    assert "Add your first client" in page


def queries_for(browser: Browser, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(url).status_code == 200
    return len(queries)


def test_a_long_list_costs_no_more_than_a_short_one(coach: User, as_coach: Browser) -> None:
    first = a_client(coach, "Client 0")
    a_session(coach, first, NOON + timedelta(days=1))
    few = queries_for(as_coach, reverse("client-list"))
    for number in range(1, 12):
        client = a_client(coach, f"Client {number}")
        a_session(coach, client, NOON + timedelta(days=number))

    many = queries_for(as_coach, reverse("client-list"))

    assert many == few <= 15


def test_a_full_client_page_costs_no_more_than_a_bare_one(coach: User, as_coach: Browser) -> None:
    client = a_client(coach)
    url = reverse("client-detail", args=[client.pk])
    a_note(coach, client, session=a_session(coach, client, NOON, status="completed"))
    few = queries_for(as_coach, url)
    for number in range(1, 12):
        session = a_session(coach, client, NOON - timedelta(days=number), status="completed")
        a_note(coach, client, session=session)

    many = queries_for(as_coach, url)

    assert many == few <= 15


def test_it_adds_a_client(coach: User, as_coach: Browser) -> None:
    response = as_coach.post(reverse("client-create"), WRITTEN)

    [client] = clients_of(coach)
    assert response.url == reverse("client-detail", args=[client.pk])
    assert client.name == "Ada Brook"
    assert client.time_zone == "Europe/Lisbon"
    assert client.goal_summary == "Sleep through the night."
    assert client.total_sessions == 8


def test_it_keeps_what_was_typed_and_says_what_is_missing(coach: User, as_coach: Browser) -> None:
    typed = WRITTEN | {"name": "", "time_zone": "Atlantis", "goal_summary": "A calm Monday."}

    response = as_coach.post(reverse("client-create"), typed)

    page = response.content.decode()
    assert response.status_code == 422
    assert "What do you call them?" in page
    assert "“Atlantis” is not a time zone that we know" in page
    assert "A calm Monday." in page
    assert clients_of(coach) == []


def test_it_changes_what_is_written_down(coach: User, as_coach: Browser) -> None:
    client = a_client(coach, email="old@example.com")

    as_coach.post(reverse("client-edit", args=[client.pk]), WRITTEN | {"status": "paused"})

    changed = fresh(coach, client)
    assert changed.email == "ada@example.com"
    assert changed.status == "paused"


def test_a_status_that_only_an_invitation_gives_cannot_be_chosen(coach: User, as_coach: Browser) -> None:
    response = as_coach.post(reverse("client-create"), WRITTEN | {"status": "archived"})

    assert response.status_code == 422
    assert clients_of(coach) == []


def test_it_archives_and_offers_to_undo(coach: User, as_coach: Browser) -> None:
    client = a_client(coach, status="paused")

    page = as_coach.post(reverse("client-archive", args=[client.pk]), follow=True).content.decode()

    assert fresh(coach, client).status == "archived"
    assert f'action="{reverse("client-restore", args=[client.pk])}"' in page


def test_archiving_says_what_is_still_planned(coach: User, as_coach: Browser) -> None:
    client = a_client(coach)
    a_session(coach, client, NOON + timedelta(days=2))

    page = as_coach.post(reverse("client-archive", args=[client.pk]), follow=True).content.decode()

    assert "Still planned: 1 session." in page


def test_it_restores_a_client_as_they_were(coach: User, as_coach: Browser) -> None:
    client = a_client(coach, status="paused")
    as_coach.post(reverse("client-archive", args=[client.pk]))

    as_coach.post(reverse("client-restore", args=[client.pk]))

    assert fresh(coach, client).status == "paused"


def test_it_says_so_when_a_client_is_archived_already(coach: User, as_coach: Browser) -> None:
    client = a_client(coach)
    as_coach.post(reverse("client-archive", args=[client.pk]))

    response = as_coach.post(reverse("client-archive", args=[client.pk]))

    assert response.status_code == 409
    assert "was archived already" in response.content.decode()


def test_it_says_so_when_there_is_nobody_to_restore(coach: User, as_coach: Browser) -> None:
    client = a_client(coach)

    response = as_coach.post(reverse("client-restore", args=[client.pk]))

    assert response.status_code == 409
    assert fresh(coach, client).status == "active"


def test_an_archived_client_cannot_be_changed(coach: User, as_coach: Browser) -> None:
    client = a_client(coach, status="archived")

    response = as_coach.post(reverse("client-edit", args=[client.pk]), WRITTEN)

    assert response.status_code == 409
    assert fresh(coach, client).name == "Sam Brook"


def test_a_client_archived_meanwhile_is_not_changed(
    coach: User, as_coach: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = a_client(coach)

    def archived_first(**change: Any) -> None:
        clients.archive_client(client=client, by=coach, now=NOON)
        update(**change)

    update = clients.update_client
    monkeypatch.setattr("coaching.views.clients.clients.update_client", archived_first)

    response = as_coach.post(reverse("client-edit", args=[client.pk]), WRITTEN)

    assert response.status_code == 409
    assert fresh(coach, client).name == "Sam Brook"


def test_a_client_page_shows_their_clock_and_their_package(coach: User, as_coach: Browser) -> None:
    client = a_client(coach, time_zone="America/New_York", total_sessions=8)
    a_session(coach, client, NOON - timedelta(days=7), status="completed")

    page = as_coach.get(reverse("client-detail", args=[client.pk])).content.decode()

    assert "Wed 08:00" in page
    assert "New York" in page
    assert "1 of 8 used" in page


def test_it_keeps_a_note(coach: User, as_coach: Browser) -> None:
    client = a_client(coach)
    url = reverse("client-note-create", args=[client.pk])

    page = as_coach.post(url, {"text": "She laughed."}, headers=HTMX).content.decode()

    assert "She laughed." in page
    assert "<html" not in page
    assert as_coach.post(url, {"text": "Again."}).url == reverse("client-detail", args=[client.pk])


def test_a_note_without_words_is_not_kept(coach: User, as_coach: Browser) -> None:
    client = a_client(coach)

    response = as_coach.post(reverse("client-note-create", args=[client.pk]), {"text": "  "})

    assert response.status_code == 422
    assert "no words in this note" in response.content.decode()


def test_a_note_that_is_too_long_comes_back_whole(coach: User, as_coach: Browser) -> None:
    ada = a_client(coach, "Ada Brook")
    assert "maxlength" not in as_coach.get(reverse("client-detail", args=[ada.pk])).content.decode()

    response = as_coach.post(reverse("client-note-create", args=[ada.pk]), {"text": "a" * 20_001})

    assert response.status_code == 422
    assert "a" * 20_001 in response.content.decode()
    assert "20001 characters; 20000 is the most" in response.content.decode()


def test_a_note_cannot_carry_markup(coach: User, as_coach: Browser) -> None:
    client = a_client(coach)
    a_note(coach, client, "<script>alert(1)</script>")

    page = as_coach.get(reverse("client-detail", args=[client.pk])).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_it_rewrites_a_note(headers: dict[str, str], coach: User, as_coach: Browser) -> None:
    note = a_note(coach, a_client(coach), "First words.")
    url = reverse("note-edit", args=[note.pk])

    assert "First words." in as_coach.get(url, headers=headers).content.decode()
    as_coach.post(url, {"text": "Other words."}, headers=headers)

    assert fresh(coach, note).text == "Other words."


def test_an_emptied_note_stays_as_it_was(coach: User, as_coach: Browser) -> None:
    note = a_note(coach, a_client(coach), "First words.")

    response = as_coach.post(reverse("note-edit", args=[note.pk]), {"text": ""})

    assert response.status_code == 422
    assert fresh(coach, note).text == "First words."


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_it_asks_before_it_deletes_a_note(headers: dict[str, str], coach: User, as_coach: Browser) -> None:
    note = a_note(coach, a_client(coach))
    url = reverse("note-delete", args=[note.pk])

    assert "cannot be brought back" in as_coach.get(url, headers=headers).content.decode()
    assert fresh(coach, note)
    as_coach.post(url, headers=headers)

    with tenant(coach.coaching_profile.pk):
        assert not Note.objects.exists()


ADDRESSES = [
    ("get", "client-detail"),
    ("get", "client-edit"),
    ("post", "client-edit"),
    ("post", "client-archive"),
    ("post", "client-restore"),
    ("post", "client-note-create"),
]


@pytest.mark.parametrize(("method", "name"), ADDRESSES)
def test_a_stranger_gets_404(method: str, name: str, stranger: User, as_coach: Browser) -> None:
    theirs = a_client(stranger)

    response = getattr(as_coach, method)(reverse(name, args=[theirs.pk]), WRITTEN | {"text": "x"})

    assert response.status_code == 404
    assert fresh(stranger, theirs).name == "Sam Brook"


@pytest.mark.parametrize("name", ["note-detail", "note-edit", "note-delete"])
def test_a_stranger_gets_404_for_notes(name: str, stranger: User, as_coach: Browser) -> None:
    theirs = a_note(stranger, a_client(stranger))

    assert as_coach.get(reverse(name, args=[theirs.pk])).status_code == 404


def test_a_visitor_is_asked_to_sign_in(as_visitor: Browser) -> None:
    assert as_visitor.get(reverse("client-list")).url.startswith(reverse("account_login"))


def test_somebody_who_is_no_coach_finds_no_such_page(as_client: Browser) -> None:
    assert as_client.get(reverse("client-list")).status_code == 404
