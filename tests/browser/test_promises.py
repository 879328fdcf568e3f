"""Consent, goals and commitments in a real browser: by keyboard, by thumb, and for axe."""

from collections.abc import Callable

import pytest
from axe_core_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from coaching.actions import commitments, goals
from coaching.actions.commitments import CommitmentDetails
from coaching.actions.goals import GoalDetails
from coaching.models import Client, CoachingProfile, CoachingSession, Goal
from journeyloop.tenancy import tenant
from tests import factories
from tests.browser.fixtures import PHONE, SCREENS, SignIn, wait_for_htmx

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
NOW = timezone.now()


@pytest.fixture
def practice(committed: None) -> CoachingProfile:
    return factories.make_coach()


@pytest.fixture
def tomas(practice: CoachingProfile) -> Client:
    with tenant(practice.pk):
        return factories.make_client()


@pytest.fixture
def goal(practice: CoachingProfile, tomas: Client) -> Goal:
    by = practice.user
    with tenant(practice.pk):
        session: CoachingSession = factories.make_session(tomas, NOW, status="completed")
        goal = goals.create_goal(client=tomas, details=GoalDetails(title="Sundays"), by=by, now=NOW)
        goals.add_milestone(goal=goal, title="One Sunday", due_on=None, by=by, now=NOW)
        goals.note_progress(goal=goal, value=20, session=session, by=by, now=NOW)
        details = CommitmentDetails(text="Send the questions", promised_by="coach")
        commitments.open_commitment(client=tomas, session=session, details=details, by=by, now=NOW)
    return goal


def test_consent_is_given_and_taken_back_in_two_taps(
    open_page: OpenPage, practice: CoachingProfile, tomas: Client, sign_in_page: SignIn
) -> None:
    page = open_page(**PHONE)
    sign_in_page(page, practice.user)
    page.goto(f"/clients/{tomas.pk}/")
    consent = page.locator("#consent-ai_processing")

    consent.locator("summary").tap()
    consent.get_by_role("button", name="They agree").tap()
    expect(consent).to_contain_text("Agreed")

    consent.locator("summary").tap()
    consent.get_by_role("button", name="Withdraw").tap()
    expect(consent.locator("summary")).to_contain_text("No")
    expect(page.locator("#toasts")).to_contain_text("Tomás does not agree")


def test_a_milestone_and_a_commitment_are_ticked_by_keyboard_and_keep_the_focus(
    page: Page, practice: CoachingProfile, goal: Goal, sign_in_page: SignIn
) -> None:
    sign_in_page(page, practice.user)
    for address, name in (
        (f"/goals/{goal.pk}/", "Reached: One Sunday"),
        ("/commitments/", "Done: Send the questions"),
    ):
        page.goto(address)
        tick = page.get_by_role("button", name=name)
        tick.focus()
        page.keyboard.press("Enter")
        expect(tick).to_have_attribute("aria-pressed", "true")
        wait_for_htmx(page)
        expect(tick).to_be_focused()
        expect(page.locator("#live")).to_contain_text(name.partition(": ")[2])
        page.keyboard.press("Enter")
        expect(tick).to_have_attribute("aria-pressed", "false")


def test_a_milestone_is_edited_in_its_place_and_its_deletion_taken_back(
    page: Page, practice: CoachingProfile, goal: Goal, sign_in_page: SignIn
) -> None:
    sign_in_page(page, practice.user)
    page.goto(f"/goals/{goal.pk}/")

    page.get_by_role("link", name="Edit One Sunday").click()
    title = page.locator(".milestone").get_by_label("Milestone")
    expect(title).to_be_focused()
    title.fill("")
    page.keyboard.press("Enter")
    expect(page.locator(".milestone")).to_contain_text("What will have happened?")
    title.fill("Two Sundays")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete Two Sundays").click()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("button", name="Reached: Two Sundays")).to_be_focused()


@pytest.mark.parametrize(("size", "scheme"), SCREENS, ids=["desktop", "phone"])
def test_axe_finds_nothing_serious_and_nothing_is_too_wide(
    open_page: OpenPage,
    practice: CoachingProfile,
    goal: Goal,
    sign_in_page: SignIn,
    size: dict[str, object],
    scheme: str,
) -> None:
    page = open_page(color_scheme=scheme, **size)
    sign_in_page(page, practice.user)
    client = f"/clients/{goal.client_id}/"
    pages = ("", "consent/", "consent/record/derived/", "goals/", "goals/new/")
    for address in (*(client + each for each in pages), f"/goals/{goal.pk}/", "/commitments/", "/sessions/"):
        page.goto(address)
        page.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))")
        found = Axe().run(page)["violations"]

        assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
