"""
A real Chromium for tests marked `browser`.

A page that logs an error, or breaks the content security policy, fails its test. Without a browser those
tests fail too, unless JL_NO_BROWSER=1 says that this machine has none.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from coaching.models import User
from tests.fakes.coaches import sign_in
from tests.processes import Process

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SCREENS = [(DESKTOP, "light"), (PHONE, "dark")]
"""What axe looks at: each size once, each scheme once. Every pair of colours is reckoned in tests/unit."""
RESULTS = Path(__file__).resolve().parents[2] / "test-results"
PATIENCE_MS = 30_000

# The browser reports every answer of 400 and more this way; tests look at answers themselves.
EXPECTED = re.compile(r"^Failed to load resource: the server responded with a status of")

SignIn = Callable[[Page, User], None]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium. Per module, because Playwright's event loop keeps `asyncio.run` from other tests."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # That loop would also make Django refuse its own database in this thread.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        launched = playwright.chromium.launch(executable_path=_program(playwright), args=ARGUMENTS)
        yield launched
        launched.close()


def _program(playwright: Playwright) -> str:
    found = [path for path in map(shutil.which, PROGRAMS) if path]
    own = playwright.chromium.executable_path
    if Path(own).exists():
        found.append(own)
    if found:
        return found[0]
    if os.environ.get("JL_NO_BROWSER") == "1":
        pytest.skip("JL_NO_BROWSER=1")
    pytest.fail(
        "There is no Chromium. `.ci/chromium .venv/bin/python` installs one; "
        "JL_NO_BROWSER=1 says that this machine has to do without these tests.",
        pytrace=False,
    )


@pytest.fixture
def open_page(
    browser: Browser, server: Process, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open pages of any size: `open_page(viewport={…})`. Addresses are relative to the server."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(**options: Any) -> Page:
        context = browser.new_context(base_url=server.url, reduced_motion="reduce", **{**DESKTOP, **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _note(complaints, message.type, message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    expect.set_options(timeout=PATIENCE_MS)
    yield opened
    for number, context in enumerate(contexts):
        _keep_picture(request, context, number)
        context.close()
    assert complaints == []


def _note(complaints: list[str], kind: str, text: str) -> None:
    if kind == "error" and not EXPECTED.match(text):
        complaints.append(text)


def _keep_picture(request: pytest.FixtureRequest, context: BrowserContext, number: int) -> None:
    """Keep what the page looked like when its test failed."""
    if request.node.stash.get(FAILED, False):
        name = re.sub(r"[^\w-]+", "-", request.node.name)
        for page in context.pages:
            page.screenshot(path=RESULTS / f"{name}-{number}.png", full_page=True)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A desktop page, 1440 by 900."""
    return open_page()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A phone's page, 390 by 844."""
    return open_page(**PHONE)


@pytest.fixture
def sign_in_page(server: Process) -> SignIn:
    """Sign somebody in without the sign-in page: `sign_in_page(page, coach.user)`."""

    def signed_in(page: Page, user: User) -> None:
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": str(sign_in(user).session_key)}
        page.context.add_cookies([{**cookie, "url": server.url}])  # type: ignore[list-item]

    return signed_in


FAILED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Remember a failure until its page is closed."""
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report


def wait_for_htmx(page: Page) -> None:
    """Wait until no request of htmx is under way and nothing is being swapped or settled."""
    # Not by a function that the page runs again and again: the policy lets no text become code.
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
