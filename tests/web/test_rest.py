"""The REST API: its shapes, its one shape of errors, and what it never tells."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.utils import timezone

from coaching.accounts.tokens import TEST_SCOPE, make_key
from coaching.models import Client, CoachingProfile, CoachingSession, User
from companion.models import (
    AuditEvent,
    ClientKnowledge,
    CompanionContext,
    CompanionSchedule,
    CompanionSkill,
    Layer,
    ScheduleExecution,
    SessionIntelligence,
)
from journeyloop.tenancy import tenant
from tests.fakes.companions import client_of, propose, remember, unlock, write
from tests.people import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alice")]

API = "/api/v1/companion/"
READS = ("personality/", "skills/", "skills/active/?trigger=message", "schedules/", "memory/", "context/")
CANARY = "zqcanary"


def get(browser: Browser, path: str, **headers: str) -> Any:
    return browser.get(f"{API}{path}", headers=headers)


def token_of(coach: CoachingProfile, *scopes: str) -> str:
    _, raw = make_key(owner=coach, name="Script", scopes=list(scopes or ("companion",)), now=timezone.now())
    return raw


def error_of(response: Any) -> dict[str, Any]:
    assert set(response.json()) == {"error"}
    error: dict[str, Any] = response.json()["error"]
    assert set(error) == {"code", "message", "details"}
    return error


SHIPPED = {"client-reengagement", "hypothesis-check", "post-session-debrief", "session-prep"}


def add_skill(coach: CoachingProfile, slug: str, **fields: Any) -> CompanionSkill:
    """Make a skill of the coach's own."""
    defaults = {"name": slug.title(), "body": CANARY, "triggers": ["message"], "token_estimate": 120}
    with tenant(coach.pk):
        skill: CompanionSkill = CompanionSkill.objects.create(
            coach=coach, slug=slug, **{**defaults, **fields}
        )
    return skill


def fork(coach: CoachingProfile, slug: str, **fields: Any) -> CompanionSkill:
    """Make the coach's own version of a shipped skill."""
    with tenant(coach.pk):
        shipped = CompanionSkill.objects.get(coach=None, slug=slug)
    values = {"triggers": shipped.triggers, "parent_skill": shipped, "parent_version": shipped.version}
    return add_skill(coach, slug, **{**values, **fields})


def slugs(response: Any) -> set[str]:
    return {skill["slug"] for skill in response.json()["skills"]}


# What it tells


def test_personality_tells_status_and_figures(alice: CoachingProfile, as_coach: Browser) -> None:
    write(alice, "soul", "I am honest.")

    assert get(as_coach, "personality/").json() == {
        "bootstrap_status": "not_started",
        "capabilities_unlocked": False,
        "layers": {
            "soul": {"is_set": True, "version": 1, "token_estimate": 4},
            **{
                layer: {"is_set": False, "version": 0, "token_estimate": 0}
                for layer in Layer.values
                if layer != Layer.SOUL
            },
        },
        "total_tokens": 4,
        "token_budget": 8500,
    }


def test_no_address_of_the_api_tells_what_a_layer_says(alice: CoachingProfile, as_coach: Browser) -> None:
    unlock(alice)
    for layer in Layer.values:
        write(alice, layer, f"{CANARY} in {layer}")
    with tenant(alice.pk):
        CompanionContext.objects.update(main_kind="personality", secondary_kind="abilities")

    for path in (*READS, "panels/main/", "panels/secondary/", "../openapi.json"):
        assert CANARY not in get(as_coach, path).content.decode(), path


def test_skills_that_ship_are_everybodys(as_coach: Browser) -> None:
    found = get(as_coach, "skills/").json()

    assert {skill["slug"] for skill in found["skills"]} == SHIPPED
    assert {skill["skill_type"] for skill in found["skills"]} == {"default"}
    assert found["total_tokens"] == sum(skill["token_estimate"] for skill in found["skills"])
    assert found["max_context_tokens"] == 8000


def test_a_skill_of_the_coachs_own_is_told_without_its_text(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    add_skill(alice, "own-prep")

    response = get(as_coach, "skills/?trigger=message")

    assert CANARY not in response.content.decode()
    assert response.json()["skills"][-1] == {
        "slug": "own-prep",
        "name": "Own-Prep",
        "skill_type": "custom",
        "trigger_events": ["message"],
        "token_estimate": 120,
        "version": 1,
        "is_customized": False,
    }


def test_a_changed_shipped_skill_hides_the_one_that_ships(alice: CoachingProfile, as_coach: Browser) -> None:
    fork(alice, "session-prep")

    found = [one for one in get(as_coach, "skills/").json()["skills"] if one["slug"] == "session-prep"]

    assert [(one["skill_type"], one["is_customized"], one["parent_slug"]) for one in found] == [
        ("custom", True, "session-prep")
    ]


def test_a_skill_that_was_put_away_is_not_listed(alice: CoachingProfile, as_coach: Browser) -> None:
    fork(alice, "session-prep", retired_at=NOON)

    assert slugs(get(as_coach, "skills/")) == SHIPPED - {"session-prep"}


@pytest.mark.parametrize("path", ["skills/", "skills/active/"])
def test_skills_can_be_asked_for_by_what_calls_for_them(as_coach: Browser, path: str) -> None:
    assert slugs(get(as_coach, f"{path}?trigger=client_inactive")) == {"client-reengagement"}


def test_active_skills_keep_to_the_budget(alice: CoachingProfile, as_coach: Browser) -> None:
    for number in range(6):
        add_skill(alice, f"s{number}", triggers=["client_inactive"], token_estimate=1900)

    found = get(as_coach, "skills/active/?trigger=client_inactive").json()

    assert 7600 <= found["total_tokens"] <= 8000


def test_schedules_and_their_runs(alice: CoachingProfile, as_coach: Browser) -> None:
    with tenant(alice.pk):
        schedule = CompanionSchedule.objects.create(
            name="Monday notes",
            schedule_type="recurring",
            cron_expression="30 7 * * 1",
            time_zone="Europe/Lisbon",
            instructions=CANARY,
            next_trigger_at=NOON,
        )
        for day in range(2):
            ScheduleExecution.objects.create(
                schedule=schedule,
                due_at=NOON + timedelta(days=day),
                triggered_at=NOON + timedelta(days=day),
                status="done",
                output_summary=f"Run {day}",
            )

    listed = get(as_coach, "schedules/").json()["schedules"]
    runs = get(as_coach, f"schedules/{schedule.pk}/executions/").json()["executions"]

    assert listed == [
        {
            "id": str(schedule.pk),
            "name": "Monday notes",
            "schedule_type": "recurring",
            "cron_expression": "30 7 * * 1",
            "delivery_channel": "message",
            "is_paused": False,
            "last_triggered_at": None,
            "next_trigger_at": "2026-03-18T12:00:00Z",
        }
    ]
    assert [run["output_summary"] for run in runs] == ["Run 1", "Run 0"]
    assert set(runs[0]) == {"triggered_at", "status", "output_summary"}


def known_about(coach: CoachingProfile, client: Client) -> None:
    with tenant(coach.pk):
        ClientKnowledge.objects.create(
            client=client,
            statement="Walks to work",
            quote="she walks",
            source_kind="coach_message",
            said_by="coach",
            observed_at=NOON,
        )
        session = CoachingSession.objects.create(client=client, starts_at=NOON, time_zone="UTC")
        SessionIntelligence.objects.create(session=session, client=client, summary="About the letter.")


def test_memory_tells_how_much_and_the_newest_with_its_source(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    clara = client_of(alice)
    known_about(alice, clara)
    fact = remember(alice, observed_at=NOON + timedelta(hours=1))

    found = get(as_coach, "memory/").json()

    assert found["stats"] == {
        "coach_profile_entries": 1,
        "client_knowledge_entries": 1,
        "session_intelligence_entries": 1,
    }
    assert found["recent"][0] == {
        "id": str(fact.pk),
        "layer": "coach_profile",
        "client_id": None,
        "statement": "Keeps Fridays free",
        "quote": "I keep Fridays free",
        "source": "coach_message",
        "said_by": "coach",
        "observed_at": "2026-03-18T13:00:00Z",
        "importance": 3,
    }
    assert {entry["layer"] for entry in found["recent"]} == {
        "coach_profile",
        "client_knowledge",
        "session_intelligence",
    }


@pytest.mark.parametrize("layer", ["coach_profile", "client_knowledge", "session_intelligence"])
def test_memory_can_be_asked_by_layer(alice: CoachingProfile, as_coach: Browser, layer: str) -> None:
    known_about(alice, client_of(alice))
    remember(alice)

    assert [entry["layer"] for entry in get(as_coach, f"memory/?layer={layer}").json()["recent"]] == [layer]


def test_memory_of_one_client_holds_nothing_else(alice: CoachingProfile, as_coach: Browser) -> None:
    clara, dora = client_of(alice), client_of(alice, "Dora Lind")
    known_about(alice, dora)
    remember(alice)

    found = get(as_coach, f"memory/?client_id={clara.pk}").json()

    assert found["recent"] == []
    assert set(found["stats"].values()) == {0}


def test_a_closed_fact_is_no_longer_counted(alice: CoachingProfile, as_coach: Browser) -> None:
    remember(alice, valid_until=NOON)

    assert get(as_coach, "memory/").json()["stats"]["coach_profile_entries"] == 0


def test_context_names_the_mode_and_the_client(alice: CoachingProfile, as_coach: Browser) -> None:
    clara = client_of(alice)
    with tenant(alice.pk):
        CompanionContext.objects.update(mode="pre_session", active_client=clara)

    found = get(as_coach, "context/").json()

    assert found["mode"] == "pre_session"
    assert found["active_client"] == {"id": str(clara.pk), "name": "Clara Bennett"}
    assert set(found) == {"mode", "active_client", "updated_at"}


# Setting the context, for tests


def post_context(browser: Browser, body: dict[str, Any], **headers: str) -> Any:
    return browser.post(f"{API}context/", body, content_type="application/json", headers=headers)


def test_in_production_a_coach_cannot_set_the_context(alice: CoachingProfile, as_coach: Browser) -> None:
    response = post_context(as_coach, {"mode": "pre_session"})

    assert response.status_code == 403
    assert error_of(response)["code"] == "staff_only"
    with tenant(alice.pk):
        assert CompanionContext.objects.get().mode == "bootstrap"


def test_in_development_anybody_can(as_coach: Browser, settings: Any) -> None:
    settings.DEBUG = True

    assert post_context(as_coach, {"mode": "pre_session"}).json()["mode"] == "pre_session"


def test_a_coach_of_the_staff_can(alice: CoachingProfile, as_coach: Browser) -> None:
    User.objects.filter(pk=alice.user_id).update(is_staff=True)

    assert post_context(as_coach, {"mode": "idle"}).status_code == 200


@pytest.mark.parametrize(("scope", "status"), [(TEST_SCOPE, 200), ("companion", 403)])
def test_a_token_needs_the_scope_for_it(alice: CoachingProfile, scope: str, status: int) -> None:
    clara = client_of(alice)
    body = {"mode": "post_session", "client_id": str(clara.pk)}

    response = post_context(Browser(), body, Authorization=f"Bearer {token_of(alice, scope)}")

    assert response.status_code == status


def test_the_command_makes_a_token_with_it(alice: CoachingProfile) -> None:
    raw = call_command("create_api_key", coach=alice.user.email, name="Tests", for_tests=True)

    assert post_context(Browser(), {"mode": "idle"}, Authorization=f"Bearer {raw}").status_code == 200


def test_a_strangers_client_cannot_be_put_in_focus(
    alice: CoachingProfile, as_stranger: Browser, settings: Any
) -> None:
    settings.DEBUG = True

    response = post_context(as_stranger, {"mode": "idle", "client_id": str(client_of(alice).pk)})

    assert response.status_code == 404


# Who may ask


@pytest.mark.parametrize("path", READS)
def test_a_token_opens_it(alice: CoachingProfile, path: str) -> None:
    assert get(Browser(), path, Authorization=f"Bearer {token_of(alice)}").status_code == 200


@pytest.mark.parametrize("path", [*READS, "panels/main/"])
def test_a_visitor_is_told_to_sign_in(path: str) -> None:
    response = get(Browser(), path)

    assert response.status_code == 401
    assert error_of(response)["code"] == "not_signed_in"
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_visitors_browser_is_led_to_the_sign_in(as_visitor: Browser) -> None:
    response = get(as_visitor, "panels/main/", Accept="text/html")

    assert response.status_code == 302


def test_a_page_that_lost_its_sign_in_still_gets_a_redirect(as_visitor: Browser) -> None:
    """The script of the page knows by it that the coach is signed out."""
    assert get(as_visitor, "panels/main/", **{"HX-Request": "true"}).status_code == 302


def test_a_wrong_token_is_refused(alice: CoachingProfile) -> None:
    response = get(Browser(), "personality/", Authorization="Bearer jl_wrong_token")

    assert response.status_code == 401
    assert error_of(response)["code"] == "invalid_token"


def test_a_change_by_session_needs_the_csrf_token(alice: CoachingProfile, settings: Any) -> None:
    settings.DEBUG = True
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(alice.user)

    response = post_context(browser, {"mode": "idle"})

    assert response.status_code == 403
    assert error_of(response)["code"] == "forbidden"


def test_a_forged_message_is_refused_in_the_same_shape(alice: CoachingProfile) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(alice.user)

    response = browser.post(f"{API}chat/", {"message": "Hello"}, content_type="application/json")

    assert response.status_code == 403
    assert error_of(response)["code"] == "forbidden"


def test_a_change_by_token_needs_none(alice: CoachingProfile) -> None:
    browser = Browser(enforce_csrf_checks=True)

    headers = {"Authorization": f"Bearer {token_of(alice, TEST_SCOPE)}"}

    assert post_context(browser, {"mode": "idle"}, **headers).status_code == 200


@pytest.mark.parametrize("path", [path for path in READS if "active" not in path])
def test_somebody_without_a_practice_is_told_so(as_client: Browser, path: str) -> None:
    response = get(as_client, path)

    assert response.status_code == 403
    assert error_of(response)["code"] == "not_a_coach"


def test_a_strangers_ids_do_not_exist(alice: CoachingProfile, as_stranger: Browser) -> None:
    with tenant(alice.pk):
        schedule = CompanionSchedule.objects.create(name="S", schedule_type="recurring", time_zone="UTC")

    for path in (f"schedules/{schedule.pk}/executions/", f"memory/?client_id={client_of(alice).pk}"):
        response = get(as_stranger, path)
        assert response.status_code == 404
        assert error_of(response)["code"] == "not_found"


def test_a_first_call_gives_the_coach_their_companion(as_stranger: Browser) -> None:
    assert get(as_stranger, "personality/").json()["bootstrap_status"] == "not_started"


# Another coach's skills, for staff


def test_a_coach_may_name_themself(alice: CoachingProfile, as_coach: Browser) -> None:
    assert get(as_coach, f"skills/active/?trigger=message&coach_id={alice.pk}").status_code == 200


@pytest.mark.parametrize("exists", [True, False])
def test_a_coach_learns_nothing_about_others(
    alice: CoachingProfile, as_stranger: Browser, exists: bool
) -> None:
    coach_id = alice.pk if exists else uuid4()

    response = get(as_stranger, f"skills/active/?trigger=message&coach_id={coach_id}")

    assert response.status_code == 403
    assert error_of(response)["code"] == "staff_only"


def test_staff_may_look_and_it_is_written_down(
    alice: CoachingProfile, as_operator: Browser, operator: User
) -> None:
    add_skill(alice, "own-prep")

    response = get(as_operator, f"skills/active/?trigger=message&coach_id={alice.pk}")

    assert "own-prep" in slugs(response)
    with tenant(alice.pk):
        event = AuditEvent.objects.get(deed="skills.read_by_staff")
    assert event.by_id == operator.pk


def test_staff_who_name_nobody_or_a_nobody_get_nothing(as_operator: Browser) -> None:
    assert get(as_operator, "skills/active/?trigger=message").status_code == 403
    assert get(as_operator, f"skills/active/?trigger=message&coach_id={UUID(int=7)}").status_code == 404


def test_staff_with_a_practice_stay_in_it(
    alice: CoachingProfile, as_stranger: Browser, stranger: User
) -> None:
    User.objects.filter(pk=stranger.pk).update(is_staff=True)

    response = get(as_stranger, f"skills/active/?trigger=message&coach_id={alice.pk}")

    assert error_of(response)["code"] == "has_practice"


# Errors


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("skills/active/", "trigger"),
        ("skills/?trigger=shoes", "trigger"),
        ("memory/?layer=shoes", "layer"),
        ("memory/?client_id=shoes", "client_id"),
    ],
)
def test_what_does_not_fit_is_named_and_not_repeated(as_coach: Browser, path: str, field: str) -> None:
    response = get(as_coach, path)

    assert response.status_code == 422
    assert list(error_of(response)["details"]["fields"]) == [field]
    assert "shoes" not in response.content.decode()


def test_a_body_that_is_no_json_is_refused(as_coach: Browser) -> None:
    response = as_coach.post(f"{API}context/", "{", content_type="application/json")

    assert response.status_code == 400
    assert error_of(response)["code"] == "bad_request"


@pytest.mark.parametrize(
    ("path", "status"), [("nowhere/", 404), ("panels/third/", 404), ("schedules/1/", 404)]
)
def test_what_is_not_there_is_said_in_the_same_shape(as_coach: Browser, path: str, status: int) -> None:
    response = get(as_coach, path)

    assert response.status_code == status
    assert error_of(response)["code"] == "not_found"


def test_a_wrong_method_is_said_in_the_same_shape(as_coach: Browser) -> None:
    response = as_coach.post(f"{API}personality/")

    assert response.status_code == 405
    assert error_of(response)["code"] == "method_not_allowed"


def break_down(*args: object) -> None:
    raise ZeroDivisionError(CANARY)


@pytest.mark.parametrize(
    ("path", "broken"),
    [
        ("personality/", "companion.api.rest.personality.practice_of"),
        ("panels/main/", "companion.api.views.panels.panel_context"),
    ],
)
def test_what_breaks_is_logged_and_tells_the_caller_nothing(
    as_coach: Browser, monkeypatch: pytest.MonkeyPatch, path: str, broken: str
) -> None:
    monkeypatch.setattr(broken, break_down)
    as_coach.raise_request_exception = False

    response = get(as_coach, path)

    assert response.status_code == 500
    assert error_of(response)["code"] == "server_error"
    assert CANARY not in response.content.decode()


def test_pages_keep_their_own_errors(as_coach: Browser) -> None:
    response = as_coach.get("/companion/layers/shadow/")

    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


# Its description


def test_openapi_describes_every_address_of_the_contract(as_visitor: Browser) -> None:
    schema = as_visitor.get("/api/v1/openapi.json").json()

    assert {path.removeprefix(API) for path in schema["paths"]} == {
        "chat/",
        "events/",
        "panels/{name}/",
        "personality/",
        "skills/",
        "skills/active/",
        "schedules/",
        "schedules/{schedule_id}/executions/",
        "memory/",
        "context/",
    }


def test_openapi_says_how_errors_look(as_visitor: Browser) -> None:
    schema = as_visitor.get("/api/v1/openapi.json").json()

    for path in schema["paths"].values():
        for operation in path.values():
            assert {"401", "403", "404", "422", "500"} <= set(operation["responses"])


def test_data_addresses_tell_nothing_of_what_is_proposed(alice: CoachingProfile, as_coach: Browser) -> None:
    """What a proposal says would be a layer's text; only the fragments of pages show it."""
    propose(alice, text=CANARY)

    for path in READS:
        assert CANARY not in get(as_coach, path).content.decode()
