"""Cards, panels and layers in Chromium: decided with a click, usable by keyboard, nothing typed lost."""

from collections.abc import Callable

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from coaching.models import CoachingProfile
from companion.actions import contexts
from companion.models import PanelKind, Proposal
from journeyloop.tenancy import tenant
from tests import factories
from tests.browser.fixtures import PHONE, SCREENS, SignIn, wait_for_htmx
from tests.fakes.companions import propose, remember, text_of, write
from tests.fakes.conversations import answer, say
from tests.processes import Process

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
LONG = "One more word about me. " * 400


@pytest.fixture
def newcomer(server: Process) -> CoachingProfile:
    """A coach whose companion has proposed all three texts, each under a turn of its own."""
    coach = factories.make_newcomer(name="Noor Aziz")
    for layer in ("identity", "soul", "coach_knowledge"):
        ask(coach, layer=layer, title=layer, text=f"Words for {layer}.", evidence=["My own words."])
    return coach


@pytest.fixture
def companion(page: Page, newcomer: CoachingProfile, sign_in_page: SignIn) -> Page:
    """The newcomer's page."""
    sign_in_page(page, newcomer.user)
    page.goto("/companion/")
    return page


def ask(coach: CoachingProfile, **fields: object) -> Proposal:
    turn = answer(coach, say(coach), "It is on a card.")
    proposal = propose(coach, **fields)
    with tenant(coach.pk):
        Proposal.objects.filter(pk=proposal.pk).update(turn=turn)
    return proposal


def serious_faults(page: Page) -> list[str]:
    found = Axe().run(page)["violations"]
    return [fault["id"] for fault in found if fault["impact"] in {"serious", "critical"}]


def test_three_clicks_unlock_and_the_page_shows_it(companion: Page) -> None:
    thread = companion.locator("#thread")

    for _ in range(3):
        undecided = thread.locator(".proposal:has(textarea)")
        left = undecided.count()
        undecided.first.get_by_role("button", name="Use this text").click()
        expect(undecided).to_have_count(left - 1)
        expect(companion.locator(".proposal-decided:focus")).to_have_count(1)

    expect(thread.get_by_text("Now we know each other.")).to_be_visible()
    expect(companion.locator("#panel-main h2")).to_have_text("Coming up")
    expect(companion.locator("#panel-secondary")).not_to_contain_text("Once we know each other")


def test_the_focus_is_on_the_decided_card_before_anything_else_can_happen(companion: Page) -> None:
    companion.evaluate(
        """() => document.addEventListener("htmx:afterSwap", () => setTimeout(() => {
             document.body.dataset.focused = document.activeElement.className;
           }))"""
    )

    companion.locator("#thread").get_by_role("button", name="Use this text").first.click()

    expect(companion.locator("body[data-focused*='proposal-decided']")).to_have_count(1)


def test_a_text_that_is_too_long_says_so_while_typing_and_comes_back(
    companion: Page, newcomer: CoachingProfile
) -> None:
    card = companion.locator("#thread .proposal", has_text="Identity")

    card.get_by_role("textbox").fill(LONG)
    expect(card).to_contain_text("of 800 tokens")
    expect(card.locator(".bar.is-over")).to_be_visible()
    card.get_by_role("button", name="Use this text").click()

    expect(card.get_by_role("alert")).to_contain_text("1,600 too many")
    expect(card.get_by_role("textbox")).to_have_value(LONG)
    assert text_of(newcomer, "identity") == ""


def test_a_card_shows_what_it_would_change_when_asked(
    page: Page, newcomer: CoachingProfile, sign_in_page: SignIn
) -> None:
    write(newcomer, "instructions", "Write times as 15:00.")
    ask(newcomer, layer="instructions", title="Instructions", text="Write times as 3 pm.")
    sign_in_page(page, newcomer.user)
    page.goto("/companion/")

    card = page.locator("#thread .proposal", has_text="Instructions")
    card.get_by_text("What it changes in the present text").click()

    expect(card.locator("ins")).to_contain_text("3 pm")
    expect(card.locator("del")).to_contain_text("15:00")


def test_a_panel_is_turned_by_keyboard_and_keeps_the_focus(companion: Page) -> None:
    memory = companion.locator("#panel-main").get_by_role("button", name="Remembered")

    memory.focus()
    companion.keyboard.press("Enter")

    expect(companion.locator("#panel-main h2")).to_have_text("Remembered")
    wait_for_htmx(companion)
    expect(memory).to_be_focused()
    expect(memory).to_have_attribute("aria-pressed", "true")


def test_a_question_can_be_gone_back_to_from_its_panel(companion: Page) -> None:
    companion.locator("#panel-main").get_by_role("button", name="Skip").click()

    expect(companion.locator("#thread")).to_contain_text("Let us leave out “Our names”.")
    companion.locator("#panel-main").get_by_role("button", name="Go back to Our names").click()
    expect(companion.locator("#thread")).to_contain_text("Let us go back to “Our names”.")


def test_a_draft_is_copied(open_page: OpenPage, newcomer: CoachingProfile, sign_in_page: SignIn) -> None:
    with tenant(newcomer.pk):
        client = factories.make_client()
    proposal = propose(newcomer, "nudge", "Dear Tomás,\nhello.", title="A line", client=client)
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    sign_in_page(page, newcomer.user)
    page.goto(f"/companion/proposals/{proposal.pk}/")

    page.get_by_role("button", name="Copy text").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "Dear Tomás,\nhello."


def test_a_forgotten_fact_is_gone_from_the_panel(companion: Page, newcomer: CoachingProfile) -> None:
    remember(newcomer)
    panel = companion.locator("#panel-secondary")
    panel.get_by_role("button", name="Remembered").click()

    panel.get_by_text("Forget", exact=True).click()
    panel.get_by_role("button", name="Forget it").click()

    expect(panel).to_contain_text("Nothing remembered yet")


@pytest.mark.parametrize(("size", "scheme"), SCREENS, ids=["desktop", "phone"])
def test_axe_finds_nothing_serious_and_nothing_is_too_wide(
    open_page: OpenPage,
    newcomer: CoachingProfile,
    sign_in_page: SignIn,
    size: dict[str, object],
    scheme: str,
) -> None:
    write(newcomer, "environment", "Lisbon.")
    write(newcomer, "environment", "Lisbon, mornings.")
    remember(newcomer)
    page = open_page(color_scheme=scheme, **size)
    sign_in_page(page, newcomer.user)
    layers = "/companion/layers/"

    for path in (layers, f"{layers}environment/", f"{layers}environment/history/"):
        page.goto(path)
        assert serious_faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    for kind in PanelKind.BOOTSTRAP, PanelKind.PROPOSALS, PanelKind.MEMORY, PanelKind.PERSONALITY:
        with tenant(newcomer.pk):
            for panel in ("main", "secondary"):
                contexts.show(panel=panel, kind=kind)
        page.goto("/companion/")
        if size is PHONE:
            page.locator('[data-golden-view="main"]').click()
        assert serious_faults(page) == [], kind
