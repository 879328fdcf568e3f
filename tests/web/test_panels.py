"""The two panels: what each kind shows, turned by the coach's own clicks."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching.models import CoachingProfile
from companion.actions import bootstrapping
from companion.models import (
    BootstrapTopic,
    ClientKnowledge,
    CompanionContext,
    CompanionMemory,
    Message,
    PanelKind,
    StreamEvent,
)
from journeyloop.tenancy import tenant
from tests.factories import make_note, make_session
from tests.fakes.companions import client_of, propose, remember, unlock, write
from tests.fakes.conversations import answer, say

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
"""A Monday in summer, when Lisbon is an hour ahead."""
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _noon(alice: CoachingProfile) -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def show(browser: Browser, kind: str, object_id: UUID | str = "", *, panel: str = "main") -> Any:
    form = {"kind": kind, "object": str(object_id)}
    return browser.post(reverse("panel-show", args=[panel]), form, headers=HTMX)


def words(response: Any) -> str:
    return unescape(response.content.decode())


@pytest.mark.parametrize("kind", [kind for kind in PanelKind if kind not in {"client", "session"}])
@pytest.mark.parametrize("panel", ["main", "secondary"])
def test_every_kind_can_be_shown_in_both_panels_even_empty(
    as_coach: Browser, panel: str, kind: PanelKind
) -> None:
    response = show(as_coach, kind, panel=panel)

    assert response.status_code == 200
    assert f"<h2>{kind.label}</h2>" in words(response)


def test_a_program_gets_the_fragment_as_json(as_coach: Browser) -> None:
    assert "<h2>Getting to know you</h2>" in as_coach.get("/api/v1/companion/panels/main/").json()["html"]


def test_a_page_gets_the_fragment_itself(as_coach: Browser) -> None:
    response = as_coach.get("/api/v1/companion/panels/secondary/", headers=HTMX)

    assert response["Content-Type"].startswith("text/html")
    assert "<h2>Abilities</h2>" in words(response)


@pytest.mark.parametrize("name", ["third", "mains"])
def test_there_are_two_panels(as_coach: Browser, name: str) -> None:
    assert as_coach.get(f"/api/v1/companion/panels/{name}/").status_code == 404
    assert show(as_coach, "calendar", panel=name).status_code == 404


def test_turning_a_panel_is_remembered_and_told(alice: CoachingProfile, as_coach: Browser) -> None:
    show(as_coach, "memory")

    with tenant(alice.pk):
        context, event = CompanionContext.objects.get(), StreamEvent.objects.get()
    assert (context.main_kind, context.main_version) == ("memory", 1)
    assert (event.event, event.data["version"]) == ("main-update", 1)


def test_without_script_turning_leads_back_to_the_page(as_coach: Browser) -> None:
    response = as_coach.post(reverse("panel-show", args=["main"]), {"kind": "memory"})

    assert response["Location"] == reverse("companion")


def test_the_button_of_what_is_shown_shows_it_again(alice: CoachingProfile, as_coach: Browser) -> None:
    clara = client_of(alice, "Clara Bennett")
    found = re.search(r'name="object" value="([^"]+)"', words(show(as_coach, "client", clara.pk)))

    assert found
    assert "Clara Bennett" in words(show(as_coach, "client", found[1]))
    assert show(as_coach, "memory", found[1]).status_code == 200


@pytest.mark.parametrize(
    "form", [("shoes", ""), ("client", ""), ("client", "no-uuid"), ("session", UUID(int=1))]
)
def test_what_is_not_there_cannot_be_shown(as_coach: Browser, form: tuple[str, Any]) -> None:
    assert show(as_coach, *form).status_code == 404


def test_the_bootstrap_shows_topics_with_the_coachs_words(alice: CoachingProfile, as_coach: Browser) -> None:
    with tenant(alice.pk):
        bootstrapping.begin(now=NOON)
        bootstrapping.settle_topic(key="names", result="answered", quote="Call me <Alice>.")
        bootstrapping.skip_topic(key="voice")
    waiting = propose(alice, layer="identity", title="Identity")

    page = as_coach.get("/api/v1/companion/panels/main/", headers=HTMX).content.decode()

    assert "“Call me &lt;Alice&gt;.”" in page
    assert "left out" in page
    assert "2 of 8" in page
    assert reverse("proposal", args=[waiting.pk]) in page
    assert page.count("Go back") == 2


def test_going_back_asks_again(alice: CoachingProfile, as_coach: Browser) -> None:
    with tenant(alice.pk):
        bootstrapping.begin(now=NOON)
        bootstrapping.settle_topic(key="names", result="answered", quote="Call me Alice.")

    as_coach.post(reverse("bootstrap-reopen"), {"topic": "names"}, headers=HTMX)

    with tenant(alice.pk):
        assert BootstrapTopic.objects.get(key="names").status == BootstrapTopic.Status.OPEN
        assert Message.objects.get().text == "Let us go back to “Our names”."


def test_going_back_to_nothing_is_404(as_coach: Browser) -> None:
    assert as_coach.post(reverse("bootstrap-reopen"), {"topic": "shoes"}).status_code == 404


def test_the_abilities_say_what_opens_and_when(alice: CoachingProfile, as_coach: Browser) -> None:
    locked = words(show(as_coach, "abilities"))
    unlock(alice)
    opened = words(show(as_coach, "abilities"))

    assert "These open when you have confirmed Identity, Soul and Coach knowledge." in locked
    assert "Once we know each other" not in opened
    assert "prepare sessions" in opened


def test_the_personality_shows_figures_and_never_text(alice: CoachingProfile, as_coach: Browser) -> None:
    write(alice, "soul", "Nobody reads this here.")

    page = words(show(as_coach, "personality"))

    assert "5 of 2,000 tokens" in page
    assert "Nobody reads this here." not in page


def test_a_client_is_shown_from_the_coachs_rows(alice: CoachingProfile, as_coach: Browser) -> None:
    clara = client_of(alice, goal_summary="Sleep through the night.", total_sessions=8)
    with tenant(alice.pk):
        make_session(client=clara, starts_at=NOON + timedelta(days=2))
        make_session(client=clara, starts_at=NOON - timedelta(days=1), status="completed")
        make_note(client=clara, text="Seems lighter.")
        ClientKnowledge.objects.create(
            client=clara,
            statement="Walks to work",
            quote="she walks",
            source_kind="coach_message",
            said_by="coach",
            observed_at=NOON,
        )

    page = words(show(as_coach, "client", clara.pk))

    for shown in ("Clara Bennett", "Sleep through the night.", "Wed 17 Jun, 13:00", "1 of 8 used"):
        assert shown in page
    for shown in ("Seems lighter.", "Walks to work", "she walks"):
        assert shown in page


def test_a_session_is_shown_with_its_notes(alice: CoachingProfile, as_coach: Browser) -> None:
    clara = client_of(alice)
    with tenant(alice.pk):
        session = make_session(client=clara, starts_at=NOON + timedelta(days=1), title="What to say to Rui")
        make_note(client=clara, session=session, text="Begin with the letter.")

    page = words(show(as_coach, "session", session.pk))

    assert "What to say to Rui" in page
    assert "Tomorrow, 13:00" in page
    assert "Begin with the letter." in page


def test_a_client_who_is_gone_gives_way_to_the_calendar(alice: CoachingProfile, as_coach: Browser) -> None:
    clara = client_of(alice)
    show(as_coach, "client", clara.pk)
    with tenant(alice.pk):
        CompanionContext.objects.update(main_object=UUID(int=1))

    page = as_coach.get("/api/v1/companion/panels/main/", headers=HTMX)

    assert "<h2>Coming up</h2>" in words(page)


def test_a_session_that_is_gone_gives_way_to_the_calendar(alice: CoachingProfile, as_coach: Browser) -> None:
    with tenant(alice.pk):
        CompanionContext.objects.update(main_kind="session", main_object=UUID(int=1))
        CompanionContext.objects.update(secondary_kind="client", secondary_object=None)

    for name in ("main", "secondary"):
        page = as_coach.get(f"/api/v1/companion/panels/{name}/", headers=HTMX)
        assert "<h2>Coming up</h2>" in words(page)


def test_a_first_look_gives_the_coach_their_companion(as_stranger: Browser) -> None:
    assert as_stranger.get("/api/v1/companion/panels/main/").status_code == 200


def test_a_kind_that_nobody_knows_gives_way_to_the_calendar(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    with tenant(alice.pk):
        CompanionContext.objects.update(main_kind="shoes")

    assert "<h2>Coming up</h2>" in as_coach.get("/api/v1/companion/panels/main/").json()["html"]


def test_the_calendar_shows_a_week_by_the_coachs_days(alice: CoachingProfile, as_coach: Browser) -> None:
    clara = client_of(alice)
    with tenant(alice.pk):
        # 23:30 UTC is half past midnight in Lisbon.
        make_session(client=clara, starts_at=NOON.replace(hour=23, minute=30))
        make_session(client=clara, starts_at=NOON + timedelta(days=8), title="Far away")

    page = words(show(as_coach, "calendar"))

    assert '<h3 class="label">Tomorrow</h3>' in page
    assert "00:30" in page
    assert "Far away" not in page


def test_an_empty_week_names_the_next_session(alice: CoachingProfile, as_coach: Browser) -> None:
    clara = client_of(alice)
    with tenant(alice.pk):
        make_session(client=clara, starts_at=NOON + timedelta(days=8))

    assert "The next session is on Tue 23 Jun, with Clara Bennett." in words(show(as_coach, "calendar"))


def test_the_memory_shows_each_fact_with_its_words(alice: CoachingProfile, as_coach: Browser) -> None:
    remember(alice, observed_at=NOON)

    page = words(show(as_coach, "memory"))

    assert "Keeps Fridays free" in page
    assert "I keep Fridays free" in page
    assert "Your message, today" in page


@pytest.mark.parametrize("about_client", [False, True])
def test_a_fact_can_be_forgotten(alice: CoachingProfile, as_coach: Browser, about_client: bool) -> None:
    fact: Any = remember(alice)
    if about_client:
        with tenant(alice.pk):
            fact = ClientKnowledge.objects.create(
                client=client_of(alice),
                statement="Walks",
                quote="walks",
                source_kind="coach_message",
                said_by="coach",
                observed_at=NOON,
            )

    response = as_coach.post(reverse("memory-forget", args=[fact.pk]), {"panel": "secondary"}, headers=HTMX)

    assert response.status_code == 200
    with tenant(alice.pk):
        assert not type(fact).objects.filter(pk=fact.pk).exists()


def test_all_that_came_from_one_source_can_be_forgotten(alice: CoachingProfile, as_coach: Browser) -> None:
    source = uuid4()
    first, _ = (remember(alice, each, source_id=source) for each in ("Walks", "Swims"))
    kept = remember(alice, "Reads")

    page = {"panel": "secondary", "extent": "source"}
    as_coach.post(reverse("memory-forget", args=[first.pk]), page, headers=HTMX)

    with tenant(alice.pk):
        assert list(CompanionMemory.objects.all()) == [kept]


def test_the_proposals_are_cards_that_can_be_decided_here(alice: CoachingProfile, as_coach: Browser) -> None:
    proposal = propose(alice)

    page = words(show(as_coach, "proposals"))

    assert f'id="proposal-{proposal.pk}-main"' in page
    assert "Waiting for you, 1" in page


def test_a_card_that_stands_on_the_page_three_times_has_no_id_twice(
    alice: CoachingProfile, as_coach: Browser
) -> None:
    turn = answer(alice, say(alice))
    proposal = propose(alice)
    with tenant(alice.pk):
        type(proposal).objects.update(turn=turn)
    for panel in ("main", "secondary"):
        show(as_coach, "proposals", panel=panel)

    ids = re.findall(r' id="([^"]+)"', as_coach.get(reverse("companion")).content.decode())

    assert [f"proposal-{proposal.pk}{place}" in ids for place in ("", "-main", "-secondary")] == [True] * 3
    assert len(ids) == len(set(ids))


def test_a_decision_in_a_panel_answers_for_that_panel(alice: CoachingProfile, as_coach: Browser) -> None:
    proposal = propose(alice)
    url = reverse("proposal-confirm", args=[proposal.pk])

    response = as_coach.post(url, {"text": " ", "place": "secondary"}, headers=HTMX)

    assert f'id="proposal-{proposal.pk}-secondary"' in words(response)


@pytest.mark.parametrize("kind", ["memory", "proposals", "calendar"])
def test_more_rows_need_no_more_queries(alice: CoachingProfile, as_coach: Browser, kind: str) -> None:
    counts = []
    for more in (1, 6):
        for number in range(more):
            clara = client_of(alice, name=f"Client {more}{number}")
            with tenant(alice.pk):
                make_session(client=clara, starts_at=NOON + timedelta(hours=more + number))
            remember(alice, f"Fact {more}{number}")
            propose(alice, "nudge", "Hello", title="Hello", client=clara)
        show(as_coach, kind)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            as_coach.get("/api/v1/companion/panels/main/", headers=HTMX)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15


def test_a_stranger_reaches_nothing_of_alices(alice: CoachingProfile, as_stranger: Browser) -> None:
    clara, fact = client_of(alice), remember(alice)

    assert show(as_stranger, "client", clara.pk).status_code == 404
    assert as_stranger.post(reverse("memory-forget", args=[fact.pk])).status_code == 404
    assert "Keeps Fridays free" not in words(show(as_stranger, "memory"))
    with tenant(alice.pk):
        assert CompanionMemory.objects.filter(pk=fact.pk).exists()
