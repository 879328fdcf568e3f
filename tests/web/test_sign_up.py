"""Becoming a coach, and the time zone that is asked for and never changed silently."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from coaching.actions import accounts
from coaching.models import CoachingProfile, User

pytestmark = pytest.mark.django_db

ADA = {
    "name": "Ada Brook",
    "email": "ada@example.com",
    "password1": "correct-horse-7",
    "time_zone": "America/New_York",
}


def test_signing_up_makes_a_practice_with_the_browsers_zone(as_visitor: Browser) -> None:
    as_visitor.post(reverse("account_signup"), ADA)

    ada = User.objects.get(email="ada@example.com")
    assert ada.name == "Ada Brook"
    assert ada.time_zone == "America/New_York"
    assert ada.time_zone_confirmed_at is None
    assert ada.coaching_profile.status == "active"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "x" * 64])
def test_a_browser_that_names_no_zone_is_no_hindrance(zone: str, as_visitor: Browser) -> None:
    as_visitor.post(reverse("account_signup"), ADA | {"time_zone": zone})

    assert User.objects.get(email="ada@example.com").time_zone == "UTC"


def test_it_asks_for_a_name(as_visitor: Browser) -> None:
    as_visitor.post(reverse("account_signup"), ADA | {"name": ""})

    assert not User.objects.exists()


def test_a_practice_that_cannot_be_made_leaves_no_user_behind(
    as_visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*, user: User) -> CoachingProfile:
        raise RuntimeError(user.email)

    monkeypatch.setattr(accounts, "open_practice", fail)

    with pytest.raises(RuntimeError):
        as_visitor.post(reverse("account_signup"), ADA)

    assert not User.objects.exists()


def test_opening_a_practice_twice_is_the_same_as_once(coach: User) -> None:
    assert accounts.open_practice(user=coach) == coach.coaching_profile


def test_a_new_coach_is_asked_about_the_zone_until_they_answer(as_visitor: Browser) -> None:
    as_visitor.post(reverse("account_signup"), ADA)
    page = as_visitor.get(reverse("client-list")).content.decode()
    assert 'data-confirmed="no"' in page
    assert "Is that where you are?" in page

    answer = {"time_zone": "America/New_York", "next": reverse("client-list")}
    response = as_visitor.post(reverse("settings-time-zone"), answer)

    assert response.url == reverse("client-list")
    assert 'data-confirmed="yes"' in as_visitor.get(reverse("client-list")).content.decode()


def test_a_city_is_enough_to_change_the_zone(coach: User, as_coach: Browser) -> None:
    as_coach.post(reverse("settings-time-zone"), {"time_zone": "singapore"})

    coach.refresh_from_db()
    assert coach.time_zone == "Asia/Singapore"
    assert coach.time_zone_confirmed_at is not None


def test_what_is_no_zone_is_kept_on_the_page_and_changes_nothing(coach: User, as_coach: Browser) -> None:
    response = as_coach.post(reverse("settings-time-zone"), {"time_zone": "Atlantis"})

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Atlantis"' in page
    coach.refresh_from_db()
    assert coach.time_zone == "Europe/Lisbon"


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "javascript:alert(1)", "/\\evil"])
def test_the_way_back_never_leaves_the_site(back: str, as_coach: Browser) -> None:
    response = as_coach.post(reverse("settings-time-zone"), {"time_zone": "Europe/Lisbon", "next": back})

    assert response.url == reverse("settings")


def test_it_changes_the_name(coach: User, as_coach: Browser) -> None:
    as_coach.post(reverse("settings-name"), {"name": "Alice M."})

    coach.refresh_from_db()
    assert coach.name == "Alice M."
    assert as_coach.post(reverse("settings-name"), {"name": " "}).status_code == 422


def test_somebody_who_is_no_coach_has_settings_without_keys(as_client: Browser) -> None:
    page = as_client.get(reverse("settings")).content.decode()

    assert "Time zone" in page
    assert "API keys" not in page


def test_the_demo_sign_ins_show_in_development_only(as_visitor: Browser, settings: object) -> None:
    settings.DEBUG = True  # type: ignore[attr-defined]
    assert "coach@demo.local" in as_visitor.get(reverse("account_login")).content.decode()

    settings.DEBUG = False  # type: ignore[attr-defined]
    assert "coach@demo.local" not in as_visitor.get(reverse("account_login")).content.decode()
