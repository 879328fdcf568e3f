"""A whole page laid over the companion's panels: opened, resized, kept over a reload, put away."""

from collections.abc import Callable

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from coaching.models import Client, CoachingProfile
from companion.actions import contexts
from companion.models import PanelKind
from journeyloop.tenancy import tenant
from tests import factories
from tests.browser.fixtures import PHONE, SignIn, wait_for_htmx
from tests.processes import Process

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


@pytest.fixture
def coach(server: Process) -> CoachingProfile:
    """A coach whose main panel shows Tomás."""
    coach = factories.make_coach(unlocked=True)
    with tenant(coach.pk):
        factories.make_session(factories.make_client(), factories.NOON, status="completed")
        contexts.show(panel="main", kind=PanelKind.CLIENT, object_id=Client.objects.get().pk)
    return coach


@pytest.fixture
def companion(page: Page, coach: CoachingProfile, sign_in_page: SignIn) -> Page:
    sign_in_page(page, coach.user)
    page.goto("/companion/")
    return page


def opened(page: Page, title: str) -> None:
    expect(page.locator("#pushed-title")).to_contain_text(title)
    expect(page.locator("#pushed-body")).to_have_attribute("aria-busy", "false")


def test_a_link_opens_a_page_that_a_reload_keeps_and_escape_puts_away(companion: Page) -> None:
    link = companion.locator("#panel-main").get_by_role("link", name="Open Tomás")
    link.click()
    opened(companion, "Tomás")
    expect(companion.locator("#pushed-title")).to_be_focused()
    companion.locator("#pushed-body .session-line, #pushed-body a[href^='/sessions/']").last.click()
    opened(companion, "10 Mar")

    companion.reload()
    opened(companion, "10 Mar")
    companion.locator("#pushed-back").click()
    opened(companion, "Tomás")
    ids = companion.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert [each for each in ids if ids.count(each) > 1] == []
    companion.locator("#pushed-close").focus()
    companion.keyboard.press("Escape")

    expect(companion.locator("#pushed")).to_be_hidden()
    expect(link).to_be_focused()
    assert companion.url.endswith("/companion/")


def test_the_divider_moves_by_key_and_by_pointer_and_stays_where_it_was_put(companion: Page) -> None:
    companion.locator("#panel-main").get_by_role("link", name="Open Tomás").click()
    opened(companion, "Tomás")
    divider = companion.get_by_role("separator")

    divider.focus()
    companion.keyboard.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", "57")
    box = divider.bounding_box()
    assert box
    companion.mouse.move(box["x"] + 6, box["y"] + 300)
    companion.mouse.down()
    companion.mouse.move(box["x"] + 206, box["y"] + 300, steps=4)
    companion.mouse.up()
    share = divider.get_attribute("aria-valuenow")
    companion.reload()
    opened(companion, "Tomás")

    assert 30 < int(share or 0) < 55
    expect(divider).to_have_attribute("aria-valuenow", share or "")


def test_a_form_in_the_page_keeps_the_conversation_beside_it(companion: Page, coach: CoachingProfile) -> None:
    companion.locator("#panel-main").get_by_role("link", name="Open Tomás").click()
    opened(companion, "Tomás")
    note = companion.locator("#pushed-body #notes textarea")
    note.fill("Slept well.")
    companion.locator("#pushed-body #notes").get_by_role("button", name="Keep").click()
    wait_for_htmx(companion)
    expect(companion.locator("#pushed-body #notes")).to_contain_text("Slept well.")

    companion.locator("#pushed-body").get_by_role("button", name="Archive").click()

    expect(companion.locator("#toasts")).to_contain_text("Tomás")
    expect(companion.locator("#pushed")).to_be_hidden()
    assert companion.url.endswith("/companion/")


def test_the_companion_opens_a_page_and_takes_no_focus(companion: Page, worker: Process) -> None:
    expect(companion.locator("html[data-stream=live]")).to_be_attached()
    message = companion.get_by_label("Message to your companion")
    message.fill("Open Tomás's page")
    companion.keyboard.press("Enter")

    opened(companion, "Tomás")
    expect(message).to_be_focused()
    expect(companion.locator("article[data-status=done]")).to_contain_text("Here is the page of Tomás")


def test_on_a_phone_a_pushed_page_is_offered_and_opens_as_a_sheet(
    phone: Page, coach: CoachingProfile, sign_in_page: SignIn, worker: Process
) -> None:
    sign_in_page(phone, coach.user)
    phone.goto("/companion/")
    expect(phone.locator("html[data-stream=live]")).to_be_attached()
    phone.get_by_label("Message to your companion").fill("Show Tomás's observations")
    phone.get_by_role("button", name="Send").tap()

    phone.get_by_role("button", name="Open it").tap()
    opened(phone, "Observations")
    box = phone.locator("#pushed").bounding_box()
    assert box
    assert (box["x"], box["y"], box["width"]) == (0, 0, PHONE["viewport"]["width"])
    phone.go_back()

    expect(phone.locator("#pushed")).to_be_hidden()


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious_with_a_page_open(
    open_page: OpenPage, coach: CoachingProfile, sign_in_page: SignIn, size: dict[str, object]
) -> None:
    page = open_page(**size)
    sign_in_page(page, coach.user)
    page.goto("/companion/")
    if size:
        page.locator("[data-names=main]").tap()
    page.locator("#panel-main").get_by_role("link", name="Open Tomás").click()
    opened(page, "Tomás")

    found = Axe().run(page)["violations"]
    assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
