"""A walk over every page that can be read: nothing breaks the content security policy or logs an error."""

import pytest
from playwright.sync_api import Page

from coaching.models import Client, User
from companion.models import Message
from journeyloop.tenancy import tenant
from tests.browser.fixtures import SignIn, wait_for_htmx
from tests.invariants.addresses import COACH, PERSONAL, PUBLIC, chosen
from tests.invariants.test_urls import WRITTEN_ONLY
from tests.processes import Process
from tests.twins import Twins, make_twins

pytestmark = pytest.mark.browser

NOT_PAGES = {
    *WRITTEN_ONLY,
    *("settings-name", "settings-time-zone", "settings-session-end"),
    *("healthz", "readyz", "rest:openapi-json"),
    *("mfa_download_recovery_codes", "transcript-file"),
}
"""What takes no GET, answers for programs, and files."""
HOSTILE = (
    "<script>document.title='broken in'</script><img src=x onerror=\"document.title='broken in'\">"
    "<b hx-on:mouseover=\"document.title='broken in'\" hx-get='/settings/' hx-trigger='load'>bold</b>"
)


@pytest.fixture
def twins(server: Process) -> Twins:
    return make_twins()


def test_a_visitor_and_a_coach_meet_no_violation(page: Page, twins: Twins, sign_in_page: SignIn) -> None:
    for address in chosen(PUBLIC):
        if address.name not in NOT_PAGES:
            page.goto(address.of(twins.alice))
    sign_in_page(page, twins.alice.coach.user)
    seen = 0
    for address in [*chosen(COACH), *chosen(PERSONAL)]:
        if address.name not in NOT_PAGES:
            page.goto(address.of(twins.alice))
            wait_for_htmx(page)
            seen += 1

    assert seen > 30


def test_what_somebody_wrote_runs_nowhere(page: Page, twins: Twins, sign_in_page: SignIn) -> None:
    alice = twins.alice
    User.objects.filter(pk=alice.coach.user.pk).update(name=HOSTILE[:120])
    with tenant(alice.coach.pk):
        Client.objects.update(goal_summary=HOSTILE, name=HOSTILE[:120])
        Message.objects.update(text=HOSTILE)
    sign_in_page(page, alice.coach.user)

    for path in ("/clients/", f"/clients/{alice.one(Client).pk}/", "/companion/", "/settings/"):
        page.goto(path)
        wait_for_htmx(page)
        assert page.title() != "broken in"
        assert page.locator("main script, main [onerror], main [hx-on\\:mouseover]").count() == 0
        assert page.locator("b[hx-get]").count() == 0
