"""The operators' page looks again by itself, and takes nothing from whoever reads it."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from redis import Redis

from coaching.models import User
from companion.scheduling import queue
from journeyloop import heartbeats
from tests.browser.fixtures import SignIn, wait_for_htmx
from tests.factories import make_newcomer
from tests.fakes.past_turns import ended

pytestmark = pytest.mark.browser

TEN_SECONDS = 10_000


def all_is_well() -> None:
    now = timezone.now()
    heartbeats.clock_ticked(now=now)
    heartbeats.worker_seen(heartbeats.Worker(name="dyno-1", seen_at=now, started_at=now, limit=32))


@pytest.fixture
def watched(page: Page, sign_in_page: SignIn, operator: User) -> Page:
    """The page, open while a worker is missing."""
    redis: Redis = queue.doorbell_queue().connection
    redis.flushall()
    ended(make_newcomer(), "failed", code="broken")
    sign_in_page(page, operator)
    page.clock.install()
    page.goto("/operations/")
    expect(page.get_by_role("heading", level=2).first).to_have_text("Something is wrong")
    return page


def test_it_looks_again_and_leaves_the_focus_where_it_was(watched: Page) -> None:
    watched.get_by_role("button", name="Run 1 again").focus()
    all_is_well()

    watched.clock.run_for(TEN_SECONDS)

    expect(watched.get_by_role("heading", level=2).first).to_have_text("All is well")
    expect(watched.get_by_role("button", name="Run 1 again")).to_be_focused()
    expect(watched.locator("#live")).to_have_text("All is well")
    expect(watched).to_have_title("All is well · Operations · JourneyLoop")


def test_it_waits_while_something_is_marked_and_while_nobody_looks(watched: Page) -> None:
    asked: list[str] = []
    watched.on("request", lambda request: asked.append(request.url))

    watched.evaluate("getSelection().selectAllChildren(document.getElementById('verdict-title'))")
    watched.clock.run_for(TEN_SECONDS)
    watched.evaluate("getSelection().removeAllRanges()")
    watched.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    watched.clock.run_for(TEN_SECONDS)
    assert asked == []

    watched.evaluate("delete document.hidden")
    with watched.expect_response("**/operations/**"):
        watched.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wait_for_htmx(watched)
    assert len(asked) == 1


def test_when_the_sign_in_has_ended_the_page_says_so(watched: Page) -> None:
    watched.context.clear_cookies()

    watched.clock.run_for(TEN_SECONDS)

    expect(watched).to_have_title("Sign in · JourneyLoop")
