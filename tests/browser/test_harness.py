"""The browser tests' own ground: a page on a real server, signed in without the sign-in page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from coaching.models import User
from tests.browser.fixtures import SignIn

pytestmark = pytest.mark.browser


def test_a_visitor_is_led_to_the_sign_in_page(page: Page) -> None:
    page.goto("/clients/")

    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/clients/$"))


@pytest.mark.parametrize("width", [1440, 390])
def test_a_coach_is_let_in(
    open_page: Callable[..., Page], sign_in_page: SignIn, coach: User, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 844})
    sign_in_page(page, coach)

    page.goto("/clients/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
