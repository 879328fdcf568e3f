"""The debrief in Chromium: by keys and by thumb, at the words, and nothing typed lost."""

from collections.abc import Callable

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from coaching.models import Client, CoachingProfile, Commitment
from companion.models import Claim, SessionIntelligence
from journeyloop.tenancy import tenant
from tests import factories
from tests.browser.fixtures import PHONE, SignIn, wait_for_htmx
from tests.factories import NOON
from tests.fakes.debriefs import make_claim, make_debrief
from tests.processes import Process

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
FRIDAY = "I will tell Rui on Friday."


@pytest.fixture
def coach(server: Process) -> CoachingProfile:
    """A coach with a session in which three things were found."""
    coach = factories.make_coach()
    with tenant(coach.pk):
        found = make_debrief(Client.objects.create(name="Tomás Ferreira", time_zone="Europe/Lisbon"))
        make_claim(found, "Leaves at six now.", kind="summary", owner="", quote="I leave at six.")
        make_claim(found, "Will tell Rui.", quote=FRIDAY)
        make_claim(found, "Slept through four nights.", kind="observation", owner="", quote="four nights")
    return coach


@pytest.fixture
def visit(coach: CoachingProfile, sign_in_page: SignIn) -> Callable[[Page], Page]:
    """Open the session's debrief."""

    def opened(page: Page) -> Page:
        sign_in_page(page, coach.user)
        with tenant(coach.pk):
            session = SessionIntelligence.objects.get().session_id
        page.goto(f"/sessions/{session}/debrief/")
        expect(page.locator("[data-debrief][data-ready]")).to_be_attached()
        return page

    return opened


Visit = Callable[[Page], Page]


def current(page: Page, text: str) -> None:
    expect(page.locator("[data-claim].is-current")).to_contain_text(text)


def statuses(coach: CoachingProfile) -> list[str]:
    with tenant(coach.pk):
        return list(Claim.objects.order_by("order").values_list("status", flat=True))


def test_keys_walk_decide_and_show_the_words(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    visit(page)
    current(page, "Leaves at six now.")

    page.keyboard.press("j")
    current(page, "Will tell Rui.")
    expect(page.locator("#words mark")).to_have_text(FRIDAY)
    expect(page.locator("#words .is-current")).to_contain_text("I slept through four nights")
    page.keyboard.press("k")
    current(page, "Leaves at six now.")
    page.keyboard.press("r")
    current(page, "Will tell Rui.")
    page.keyboard.press("a")
    current(page, "Slept through four nights.")
    page.keyboard.press("e")
    page.locator("[data-claim].is-current textarea").fill("Four whole nights")
    page.get_by_role("button", name="Keep this wording").click()

    expect(page.locator(".claim", has_text="Four whole nights")).to_have_attribute("data-status", "edited")
    assert statuses(coach) == ["rejected", "accepted", "edited"]
    with tenant(coach.pk):
        assert Commitment.objects.get().text == FRIDAY


def test_a_half_done_debrief_goes_on_where_something_waits(
    page: Page, visit: Visit, coach: CoachingProfile
) -> None:
    with tenant(coach.pk):
        Claim.objects.filter(text="Leaves at six now.").update(status="accepted", decided_at=NOON)
    visit(page)
    current(page, "Will tell Rui.")
    page.keyboard.press("e")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    current(page, "Leaves at six now.")
    page.keyboard.press("a")
    current(page, "Will tell Rui.")

    page.keyboard.press("r")

    current(page, "Slept through four nights.")
    expect(page.locator(".claim textarea:visible")).to_have_count(0)
    assert statuses(coach) == ["accepted", "rejected", "proposed"]


def test_a_wording_survives_a_submit_that_fails(page: Page, visit: Visit, coach: CoachingProfile) -> None:
    page.add_init_script("console.error = () => {};")  # htmx reports what is played here
    visit(page)
    page.route("**/claims/*/edit/", lambda route: route.fulfill(status=503))
    page.keyboard.press("e")
    field = page.locator("[data-claim].is-current textarea")
    field.fill("Goes home at six")
    keep = page.get_by_role("button", name="Keep this wording")
    keep.click()
    expect(page.locator("[data-claim].is-current [role=alert]")).to_contain_text("did not arrive")
    expect(field).to_have_value("Goes home at six")
    page.unroute("**/claims/*/edit/")
    field.fill("")

    keep.click()
    expect(page.locator("[data-claim].is-current [role=alert]")).to_contain_text("nothing to keep")
    field.fill("Goes home at six")
    keep.click()

    expect(page.locator(".claim", has_text="Goes home at six")).to_have_attribute("data-status", "edited")
    assert statuses(coach)[0] == "edited"


def test_a_thumb_decides_and_opens_the_words(phone: Page, visit: Visit, coach: CoachingProfile) -> None:
    visit(phone)
    current(phone, "Leaves at six now.")
    phone.locator("[data-claim].is-current [data-quote]").tap()
    expect(phone.locator("#words mark")).to_have_text("I leave at six.")
    expect(phone.locator("#words")).to_be_in_viewport()
    phone.get_by_role("button", name="Close the words").tap()

    for thumb in ("accept", "reject"):
        phone.locator(f"[data-thumb={thumb}]").tap()
        wait_for_htmx(phone)

    current(phone, "Slept through four nights.")
    assert statuses(coach) == ["accepted", "rejected", "proposed"]


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious_and_nothing_is_too_wide(
    open_page: OpenPage, visit: Visit, size: dict[str, object], scheme: str
) -> None:
    page = visit(open_page(color_scheme=scheme, **size))
    page.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))")

    found = Axe().run(page)["violations"]
    assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
