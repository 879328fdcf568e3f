"""Bearer tokens: what they open, and what they never do."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.urls import include, path, reverse

from coaching.accounts import tokens
from coaching.models import ApiKey, CoachingProfile, User
from tests.conftest import confirmed
from tests.factories import PASSWORD
from tests.people import NOON


def probe(request: HttpRequest) -> HttpResponse:
    """Say who is asking."""
    return HttpResponse(request.user.email)  # type: ignore[union-attr]


urlpatterns = [
    path("api/probe/", probe),
    path("probe/", probe),
    path("", include("coaching.urls")),
    path("accounts/", include("allauth.urls")),
]

pytestmark = [pytest.mark.usefixtures("noon"), pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def script(db: None) -> Browser:
    """Open a program's connection: no cookies, and CSRF checked as in production."""
    return Browser(enforce_csrf_checks=True)


def token_of(coach: User) -> str:
    _, raw = tokens.make_key(owner=coach.coaching_profile, name="Script", scopes=["companion"], now=NOON)
    return raw


def bearer(raw: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {raw}"}}


def test_a_token_speaks_as_its_coach_without_csrf(coach: User, script: Browser) -> None:
    response = script.post("/api/probe/", **bearer(token_of(coach)))

    assert response.content.decode() == coach.email


def test_a_token_opens_nothing_outside_the_api(coach: User, script: Browser) -> None:
    response = script.get("/probe/", **bearer(token_of(coach)))

    assert response.url.startswith(reverse("account_login"))


def test_a_request_with_a_session_never_skips_csrf(coach: User, script: Browser) -> None:
    script.force_login(coach)

    assert script.post("/api/probe/", **bearer(token_of(coach))).status_code == 403


@pytest.mark.parametrize(
    "raw", ["", "jl_", "jl_000000000000_guess", "sk_000000000000_guess", "jl__", "nonsense", "jl_\0_x"]
)
def test_a_wrong_token_gets_401_in_the_shape_of_the_api(raw: str, script: Browser) -> None:
    response = script.get("/api/probe/", **bearer(raw))

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "invalid_token"
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_right_prefix_with_a_wrong_secret_gets_401(coach: User, script: Browser) -> None:
    assert script.get("/api/probe/", **bearer(token_of(coach)[:-1] + "~")).status_code == 401


def test_a_revoked_token_gets_401(coach: User, script: Browser) -> None:
    raw = token_of(coach)
    tokens.revoke_key(key=ApiKey.objects.get(), now=NOON)

    assert script.get("/api/probe/", **bearer(raw)).status_code == 401


def test_a_suspended_practice_gets_401(coach: User, script: Browser) -> None:
    raw = token_of(coach)
    CoachingProfile.objects.update(status="suspended")

    assert script.get("/api/probe/", **bearer(raw)).status_code == 401


def test_somebody_who_may_not_sign_in_gets_401(coach: User, script: Browser) -> None:
    raw = token_of(coach)
    User.objects.update(is_active=False)

    assert script.get("/api/probe/", **bearer(raw)).status_code == 401


def test_only_the_digest_is_stored(coach: User) -> None:
    raw = token_of(coach)

    key = ApiKey.objects.get()
    assert raw.startswith(f"jl_{key.prefix}_")
    assert raw.rpartition("_")[2] not in "".join(str(value) for value in vars(key).values())


def test_its_last_use_is_written_down_once_a_minute(coach: User) -> None:
    raw = token_of(coach)

    for seconds in (0, 30, 59):
        assert tokens.coach_for_token(raw, now=NOON + timedelta(seconds=seconds))
    assert ApiKey.objects.get().last_used_at == NOON

    tokens.coach_for_token(raw, now=NOON + timedelta(seconds=60))
    assert ApiKey.objects.get().last_used_at == NOON + timedelta(minutes=1)


def test_a_coach_makes_a_key_that_is_shown_once(coach: User, as_coach: Browser, script: Browser) -> None:
    confirmed(as_coach)
    page = as_coach.post(reverse("settings-key-create"), {"key_name": "Calendar script"}).content.decode()

    raw = page.partition('value="jl_')[2].partition('"')[0]
    assert script.get("/api/probe/", **bearer(f"jl_{raw}")).content.decode() == coach.email
    again = as_coach.get(reverse("settings")).content.decode()
    assert "Calendar script" in again
    assert raw not in again


def test_a_key_is_made_only_after_saying_once_more_who_one_is(coach: User, as_coach: Browser) -> None:
    asked = as_coach.post(reverse("settings-key-create"), {"key_name": "Calendar script"})
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert not ApiKey.objects.exists()

    page = as_coach.post(asked.url, {"password": PASSWORD}).content.decode()

    assert "Calendar script" in page
    assert 'value="jl_' in page


def test_a_coach_revokes_a_key(coach: User, as_coach: Browser) -> None:
    token_of(coach)
    key = ApiKey.objects.get()

    as_coach.post(reverse("settings-key-revoke", args=[key.pk]))

    assert ApiKey.objects.get().revoked_at == NOON
    assert key.prefix not in as_coach.get(reverse("settings")).content.decode()


def test_a_strangers_key_cannot_be_revoked(stranger: User, as_coach: Browser) -> None:
    token_of(stranger)

    response = as_coach.post(reverse("settings-key-revoke", args=[ApiKey.objects.get().pk]))

    assert response.status_code == 404
    assert ApiKey.objects.get().revoked_at is None


def test_somebody_who_is_no_coach_can_make_no_key(as_client: Browser) -> None:
    assert as_client.post(reverse("settings-key-create"), {"key_name": "x"}).status_code == 404


def test_the_command_prints_the_token_alone(coach: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_key", coach=coach.email, name="Backup")

    raw = capsys.readouterr().out.strip()
    assert tokens.coach_for_token(raw, now=NOON) == coach.coaching_profile


def test_the_command_says_when_there_is_no_such_coach() -> None:
    with pytest.raises(CommandError, match=r"nobody@example\.com"):
        call_command("create_api_key", coach="nobody@example.com", name="Backup")
