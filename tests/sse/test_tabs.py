"""static/js/events.js in Chromium: many tabs, one stream, and nothing missed by any of them."""

from collections.abc import Iterator
from urllib.request import urlopen
from uuid import uuid4

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from companion.api import events
from tests.fakes.coaches import StreamingCoach
from tests.fakes.web_process import serving
from tests.fakes.wire import Wire
from tests.processes import Process

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tabs_server(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, wire: Wire
) -> Iterator[Process]:
    with serving(tmp_path_factory.mktemp("tabs"), wire, "tests.fakes.tabs_server:application") as server:
        yield server


@pytest.fixture
def road(tabs_server: Process) -> Iterator[Wire]:
    """The browser's way to the server."""
    road = Wire(tabs_server.port)
    yield road
    road.cut()


@pytest.fixture
def context(browser: Browser, coach: StreamingCoach, road: Wire) -> Iterator[BrowserContext]:
    address = f"http://127.0.0.1:{road.port}"
    context = browser.new_context(base_url=address)
    key = coach.session.session_key or ""
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": address}])
    yield context
    context.close()


def open_tab(context: BrowserContext, *, after: int) -> Page:
    tab = context.new_page()
    tab.goto(f"/tab/{after}")
    return tab


def wait_for_state(tab: Page, state: str) -> None:
    tab.wait_for_selector(f"html[data-stream={state}]", state="attached", timeout=30_000)


def wait_to_hear(tab: Page, *said: int | str) -> None:
    tab.wait_for_function("said => said.every((each) => heard.includes(each))", arg=said, timeout=30_000)
    assert tab.evaluate("heard") == list(said)


def open_streams(server: Process) -> int:
    with urlopen(f"http://127.0.0.1:{server.port}/streams", timeout=30) as answer:
        return int(answer.read())


def test_eight_tabs_share_one_stream_and_all_hear(
    context: BrowserContext, coach: StreamingCoach, tabs_server: Process
) -> None:
    tabs = [open_tab(context, after=0) for _ in range(8)]
    for tab in tabs:
        wait_for_state(tab, "live")

    coach.record(1)
    events.push_text(coach_id=coach.id, turn_id=uuid4(), offset=0, text="Good morning")

    for tab in tabs:
        wait_to_hear(tab, 1, "Good morning")
    assert open_streams(tabs_server) == 1


def test_another_tab_reads_on_when_the_reading_tab_closes(
    context: BrowserContext, coach: StreamingCoach, tabs_server: Process
) -> None:
    first, second = open_tab(context, after=0), open_tab(context, after=0)
    wait_for_state(second, "live")
    coach.record(1)
    wait_to_hear(second, 1)

    first.close()
    coach.record(2)

    wait_to_hear(second, 1, 2)
    coach.record(3)
    wait_to_hear(second, 1, 2, 3)


def test_a_page_hears_what_happened_after_it_was_rendered(
    context: BrowserContext, coach: StreamingCoach
) -> None:
    coach.record(1, 2, 3)

    first = open_tab(context, after=1)
    wait_to_hear(first, 2, 3)
    late = open_tab(context, after=1)

    wait_to_hear(late, 2, 3)


def test_a_tab_that_is_too_far_behind_is_reset(context: BrowserContext, coach: StreamingCoach) -> None:
    coach.record(1, 2, 3)
    first = open_tab(context, after=3)
    wait_for_state(first, "live")

    late = open_tab(context, after=1)

    wait_to_hear(late, "reset")
    coach.record(4)
    wait_to_hear(late, "reset", 4)


def test_a_number_that_the_server_does_not_know_resets_every_tab(
    context: BrowserContext, coach: StreamingCoach
) -> None:
    coach.record(1)
    tabs = [open_tab(context, after=99), open_tab(context, after=99)]

    for tab in tabs:
        tab.wait_for_function("heard.includes('reset')", timeout=30_000)
    coach.record(2)

    for tab in tabs:
        tab.wait_for_function("heard.at(-1) === 2", timeout=30_000)


def test_a_lost_connection_is_shown_and_mended(
    context: BrowserContext, coach: StreamingCoach, road: Wire
) -> None:
    tabs = [open_tab(context, after=0) for _ in range(2)]
    for tab in tabs:
        wait_for_state(tab, "live")

    road.cut()
    for tab in tabs:
        wait_for_state(tab, "reconnecting")
    coach.record(1)
    road.mend()

    for tab in tabs:
        wait_for_state(tab, "live")
        wait_to_hear(tab, 1)


def test_it_works_without_web_locks(context: BrowserContext, coach: StreamingCoach) -> None:
    context.add_init_script("delete Navigator.prototype.locks")
    tabs = [open_tab(context, after=0) for _ in range(2)]
    for tab in tabs:
        wait_for_state(tab, "live")

    coach.record(1)

    for tab in tabs:
        wait_to_hear(tab, 1)
