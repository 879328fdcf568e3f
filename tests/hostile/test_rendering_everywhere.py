"""
In a real browser no word of anybody's becomes markup, runs, or calls another host, on any page of a coach.

Every text of a practice is hostile markup that names a host on loopback. Chromium gets the pages as the
server answers them, headers and all, and the fragments as htmx swaps them in.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client as DjangoBrowser
from playwright.sync_api import Browser, Page, Route

from companion.api.rendering import LINKS, TAGS
from companion.models import Turn
from tests.conftest import signed_in
from tests.hostile.markup import MARK, pieces
from tests.hostile.spoilt import spoil
from tests.invariants.addresses import chosen
from tests.invariants.test_urls import _readable
from tests.twins import Twins

pytestmark = [pytest.mark.django_db, pytest.mark.browser]

SITE = "http://site.test"
"""Where the pages seem to come from. Nobody listens there."""

SCREENS = 30
"""At least so many pages show something of the practice; otherwise the test would look at nothing."""

SHOWN = ["value", "aria-label", "title", "placeholder", "alt", "content", "datetime", "label"]
"""Attributes that are only words to a browser, as are those of data that are not htmx's."""

TRAP = """
  window.ran = 0;
  const ran = () => { window.ran += 1; return () => 0; };
  Object.defineProperty(window, "zqx", { get: ran, set: ran });
"""

FAULTS = """
  ({ mark, shown, tags, links }) => {
    const faults = window.ran ? ["something ran"] : [];
    const isWords = (name) => shown.includes(name) || /^data-(?!hx)/.test(name);
    const isLink = (name, value) => name === "href" && links.some((start) => value.startsWith(start));
    for (const { localName, attributes } of document.querySelectorAll("*")) {
      if (localName.includes(mark)) faults.push(`<${localName}>`);
      for (const { name, value } of attributes) {
        const isFault = value.includes(mark) && !isWords(name) && !isLink(name, value);
        if (name.includes(mark) || isFault) faults.push(`<${localName} ${name}="${value}">`);
      }
    }
    for (const { localName, attributes } of document.querySelectorAll(".prose *")) {
      const isOurs = (name, value) => ["rel", "start"].includes(name) || `${name}=${value}` === "class=typed";
      const strange = [...attributes].find(({ name, value }) => !isOurs(name, value) && !isLink(name, value));
      if (!tags.includes(localName) || strange) faults.push(`<${localName}> in prose`);
    }
    return faults;
  }
"""
SWAP = """
  (html) => {
    const box = document.querySelector("#box") ?? document.createElement("div");
    box.id = "box";
    document.body.append(box);
    htmx.swap(box, html, { swapStyle: "innerHTML" });
  }
"""
STREAM = """(detail) => document.dispatchEvent(new CustomEvent("jl:turn-text", { detail }))"""


@contextmanager
def evil_host() -> Iterator[tuple[str, list[str]]]:
    """Listen on loopback, and write down who calls."""
    calls: list[str] = []

    class Listener(StreamRequestHandler):
        def handle(self) -> None:
            calls.append(str(self.rfile.readline()))

    server = ThreadingTCPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", calls
    finally:
        server.shutdown()
        server.server_close()


def test_no_word_becomes_markup_or_runs_or_calls_another_host(twins: Twins, browser: Browser) -> None:
    wrong: dict[str, object] = {}
    with evil_host() as (host, calls):
        hostile = pieces(host)
        spoil(twins.alice, hostile)
        as_alice = signed_in(twins.alice.coach.user)
        pages, fragments = _answers(twins, as_alice)
        with _opened(browser, pages) as (page, requested):
            for name in pages:
                page.goto(f"{SITE}/{name}")
                wrong[name] = _faults(page)
            page.goto(f"{SITE}/companion?with-scripts")
            for name, answer in fragments.items():
                page.evaluate(SWAP, answer.content.decode())
                wrong[f"{name}, swapped in"] = _faults(page)
            wrong |= {f"streamed: {text}": _streamed(page, twins, text) for text in hostile}

    assert {name: faults for name, faults in wrong.items() if faults} == {}
    assert [url for url in requested if MARK in url or not url.startswith(SITE)] == []
    assert calls == []
    shown = [name for name, answer in pages.items() if MARK in unescape(answer.content.decode())]
    assert len(shown) >= SCREENS


def test_words_that_were_not_escaped_would_be_seen_to_run_and_to_call(browser: Browser) -> None:
    with evil_host() as (host, calls):
        staying = [piece for piece in pieces(host) if "refresh" not in piece]
        careless = {"careless": HttpResponse(f"<div class=prose>{''.join(staying)}</div>")}
        with _opened(browser, careless) as (page, requested):
            page.goto(f"{SITE}/careless", wait_until="commit")
            page.wait_for_function("window.ran > 0")
            faults = " ".join(_faults(page))

    assert "something ran" in faults
    assert "<zqx>" in faults
    assert "in prose" in faults
    assert calls
    assert [url for url in requested if not url.startswith(SITE)]


def test_a_page_that_sends_its_reader_away_would_be_seen(browser: Browser) -> None:
    with evil_host() as (host, _):
        [away] = [piece for piece in pieces(host) if "refresh" in piece]
        with _opened(browser, {"away": HttpResponse(away)}) as (page, requested):
            with page.expect_request(f"http://{host}/**"):
                page.goto(f"{SITE}/away", wait_until="commit")

            assert [url for url in requested if not url.startswith(SITE)] == [f"http://{host}/zqx"]


Answers = dict[str, HttpResponse]


def _answers(twins: Twins, as_alice: DjangoBrowser) -> tuple[Answers, Answers]:
    """Read every address as a page, and as a fragment where it gives one to htmx."""
    addresses = {each.name: each.of(twins.alice) for each in [*_readable(), *chosen(["settings"])]}
    swapped = {name: as_alice.get(path, headers={"HX-Request": "true"}) for name, path in addresses.items()}
    fragments = {name: each for name, each in swapped.items() if _is_html(each) and not _is_whole(each)}
    loaded = {name: as_alice.get(addresses[name]) for name in fragments}
    return {name: each for name, each in {**swapped, **loaded}.items() if _is_whole(each)}, fragments


def _is_whole(answer: HttpResponse) -> bool:
    return answer.status_code == 200 and b"<html" in answer.content


def _is_html(answer: HttpResponse) -> bool:
    return answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")


@contextmanager
def _opened(browser: Browser, pages: Mapping[str, HttpResponse]) -> Iterator[tuple[Page, list[str]]]:
    """Open a page that gets these answers, and write down all that it asks for."""
    requested: list[str] = []
    context = browser.new_context()
    context.add_init_script(TRAP)
    context.on("request", lambda request: requested.append(request.url))
    context.route(f"{SITE}/**", lambda route: _answer(route, pages))
    try:
        yield context.new_page(), requested
    finally:
        context.close()


def _answer(route: Route, pages: Mapping[str, HttpResponse]) -> None:
    """Hand over a page, or a script where the page is to be alive."""
    path = urlsplit(route.request.url).path
    name = path.strip("/")
    if answer := pages.get(name):
        route.fulfill(status=answer.status_code, headers=dict(answer.items()), body=answer.content)
    elif route.request.resource_type == "script" and "with-scripts" in route.request.headers["referer"]:
        route.fulfill(status=200, content_type="text/javascript", body=_script(path))
    else:
        route.fulfill(status=404)


def _script(path: str) -> str:
    return Path(finders.find(path.removeprefix("/static/"))).read_text()


def _faults(page: Page) -> list[str]:
    given = {"mark": MARK, "shown": SHOWN, "tags": sorted(TAGS), "links": list(LINKS)}
    found: list[str] = page.evaluate(FAULTS, given)
    return found


def _streamed(page: Page, twins: Twins, text: str) -> list[str]:
    """Let an answer arrive piece by piece in a turn that waits."""
    [turn] = [each for each in twins.alice.all(Turn) if each.status == "queued"]
    page.evaluate(STREAM, {"turn": str(turn.pk), "offset": 0, "text": text})
    return _faults(page)
