"""
Every address of the site, from the resolver: who may open it, and that nobody finds another practice's rows.

Each law goes over all addresses at once and names those that break it.
"""

import re
from itertools import cycle, product
from uuid import UUID, uuid4

import pytest
from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching.models import Client, User
from companion.models import MicroInteraction
from journeyloop.tenancy import tenant
from tests.conftest import signed_in
from tests.invariants import catalogue
from tests.invariants.addresses import (
    API,
    COACH,
    NUMBERED,
    PERSONAL,
    PLAIN,
    PUBLIC,
    ROWS,
    Address,
    chosen,
    every_address,
    operators,
)
from tests.invariants.classified import assert_classified
from tests.twins import Practice, Twins

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNSAFE = METHODS[1:]
FOREIGN = [
    {"origin": "https://evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]
"""How a browser says that a form stands on another site."""
MOST_QUERIES = 15
OFTEN_WRITTEN = {"django_session", "usersessions_usersession"}
"""What any visit touches: when somebody was last here."""
TOKEN = re.compile(rb"[A-Za-z0-9]{64}")
"""A CSRF token, masked anew in every answer."""
ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DOOR = ("SAVEPOINT", "RELEASE", "SELECT set_config")
"""What opening the tenant's door takes."""


@pytest.fixture
def as_alice(twins: Twins) -> Browser:
    return signed_in(twins.alice.coach.user)


@pytest.fixture
def as_bob(twins: Twins) -> Browser:
    return signed_in(twins.bob.coach.user)


# --- Every address is classified ------------------------------------------------------------------------


def test_every_address_is_in_exactly_one_list() -> None:
    operator = {address.name for address in operators()}
    lists = [PUBLIC, PERSONAL, COACH, API, operator]
    found = {address.name for address in every_address()}

    assert_classified(found, lists, what="addresses", where="tests/invariants/addresses.py")


def test_every_place_holder_is_known() -> None:
    unknown = {
        f"{address.route}: {parameter}"
        for address in every_address()
        for parameter in address.parameters
        if parameter not in ROWS and parameter not in PLAIN
    }

    where = "ROWS (it names a tenant row) or PLAIN (it does not) of tests/invariants/addresses.py"
    assert not unknown, f"place holders without a sample: {sorted(unknown)}. Put each into {where}."


def test_no_address_holds_a_number_that_could_be_counted_up() -> None:
    counted = {address.name for address in every_address() if "<int:" in address.route}

    assert counted - {address.name for address in operators()} == set(NUMBERED)


# --- Who is let in --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_visitor_is_asked_to_sign_in(method: str, twins: Twins) -> None:
    browser, let_in = Browser(), {}
    for address in [*chosen(COACH), *chosen(API), *chosen(PERSONAL), *operators()]:
        answer = browser.generic(method, address.of(twins.alice))
        if not _asks_to_sign_in(answer):
            let_in[address.name] = answer.status_code

    assert let_in == {}


def _asks_to_sign_in(answer: HttpResponse) -> bool:
    doors = tuple(reverse(name) for name in ("account_login", "admin:login"))
    sent_away = answer.status_code == 302 and answer.headers["Location"].startswith(doors)
    return sent_away or answer.status_code in {401, 405}


def test_public_pages_open_for_a_visitor() -> None:
    found = {address.name: Browser().get(_sample(address)).status_code for address in chosen(PUBLIC)}

    assert {name for name, status in found.items() if status >= 400} == {"readyz"} - _ready()


def _ready() -> set[str]:
    caches["process"].clear()
    return {"readyz"} if Browser().get("/readyz").status_code == 200 else set()


def _sample(address: Address) -> str:
    return reverse(address.name, kwargs={each: PLAIN[each] for each in address.parameters})


@pytest.mark.parametrize("who", ["a client", "an operator"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_coach_pages_do_not_exist_for(
    who: str, method: str, twins: Twins, client_user: User, operator: User
) -> None:
    browser = signed_in(client_user if who == "a client" else operator)
    pages = {
        address.name: browser.generic(method, address.of(twins.alice)).status_code
        for address in chosen(COACH)
    }
    programs = {
        address.name: browser.generic(method, address.of(twins.alice)).status_code for address in chosen(API)
    }

    assert {name: status for name, status in pages.items() if status not in {404, 405}} == {}
    assert {name: status for name, status in programs.items() if status not in {403, 404, 405, 422}} == {}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_operator_pages_do_not_exist_for_a_coach(method: str, twins: Twins, as_alice: Browser) -> None:
    found = {
        address.name: as_alice.generic(method, address.of(twins.alice)).status_code for address in operators()
    }

    assert {name: status for name, status in found.items() if status not in {404, 405}} == {}


# --- Nobody finds another practice's rows ---------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_stranger_cannot_tell_a_row_from_nothing(method: str, twins: Twins, as_bob: Browser) -> None:
    before, wrong = state_of(twins.alice), {}
    for address in [*chosen(COACH), *chosen(API)]:
        if address.names_rows:
            theirs = as_bob.generic(method, address.of(twins.alice))
            nobodys = as_bob.generic(method, address.of_nobody(uuid4()))
            if theirs.status_code not in {404, 405} or _words(theirs) != _words(nobodys):
                wrong[address.name] = (theirs.status_code, nobodys.status_code)

    assert wrong == {}
    assert state_of(twins.alice) == before


def test_a_stranger_cannot_name_a_row_in_a_query_or_a_form(twins: Twins, as_bob: Browser) -> None:
    before, wrong = state_of(twins.alice), {}
    for name, (method, path, field, key) in _mentions(twins.alice).items():
        theirs, nobodys = (_send(as_bob, method, path, field, each) for each in (key, uuid4()))
        if theirs.status_code != nobodys.status_code or _words(theirs) != _words(nobodys):
            wrong[name] = (theirs.status_code, nobodys.status_code)
        if twins.alice.mark.encode() in theirs.content:
            wrong[name] = "shows the other practice's words"

    assert wrong == {}
    assert state_of(twins.alice) == before


def _mentions(theirs: Practice) -> dict[str, tuple[str, str, str, UUID]]:
    """Name the other practice's rows where forms and queries take ids."""
    client, question = theirs.one(Client).pk, theirs.one(MicroInteraction).pk
    return {
        "session-create, query": ("GET", "/sessions/new/", "client", client),
        "session-create, form": ("POST", "/sessions/new/", "client", client),
        "session-preview": ("GET", "/sessions/preview/", "client", client),
        "session-list": ("GET", "/sessions/", "client", client),
        "panel-show": ("POST", "/companion/panels/main/show/", "object", client),
        "companion-chat": ("JSON", "/api/v1/companion/chat/", "id", question),
        "rest:memory": ("GET", "/api/v1/companion/memory/", "client_id", client),
        "rest:change": ("JSON", "/api/v1/companion/context/", "client_id", client),
        "rest:active": ("GET", "/api/v1/companion/skills/active/", "coach_id", theirs.coach.pk),
    }


def _send(browser: Browser, method: str, path: str, field: str, key: UUID) -> HttpResponse:
    words = {field: str(key)}
    if method == "GET":
        return browser.get(path, {"trigger": "session_approaching", **words})
    if method == "JSON":
        body = (
            {"interaction_response": {**words, "answer": "yes"}}
            if field == "id"
            else {"mode": "idle", **words}
        )
        return browser.post(path, body, content_type="application/json")
    return browser.post(path, {"kind": "client", **words})


def _words(answer: HttpResponse) -> bytes:
    """Leave out what differs anyway: the token, and the id that was asked for."""
    return ID.sub(b"", TOKEN.sub(b"", answer.content)) + answer.headers.get("Location", "").encode()


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_a_coach_sees_their_own_words_and_nobody_elses(htmx: bool, twins: Twins, as_bob: Browser) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    found = {address.name: as_bob.get(address.of(twins.bob), headers=headers) for address in _readable()}

    unread = {name: answer.status_code for name, answer in found.items() if answer.status_code >= 400}
    assert unread == {}, "what takes no GET belongs into WRITTEN_ONLY of tests/invariants/test_urls.py"
    assert [name for name, answer in found.items() if twins.alice.mark.encode() in answer.content] == []
    assert any(twins.bob.mark.encode() in answer.content for answer in found.values())


def _readable() -> list[Address]:
    """Keep the coach's addresses that can be read: the others say so to a HEAD-less visitor of their own."""
    return [address for address in [*chosen(COACH), *chosen(API)] if address.name not in WRITTEN_ONLY]


WRITTEN_ONLY = {
    *("claim-accept", "claim-edit", "claim-reject", "claim-reopen"),
    *("session-analyse", "analysis-stop", "analysis-forget"),
    "transcript-upload",
    "transcript-retry",
    "transcript-speakers",
    "client-archive",
    "client-restore",
    "client-note-create",
    "consent-give",
    "consent-withdraw",
    "client-commitment-create",
    "goal-progress",
    "goal-pause",
    "goal-complete",
    "goal-reopen",
    "goal-remove",
    "goal-restore",
    "milestone-create",
    "milestone-reach",
    "milestone-unreach",
    "milestone-remove",
    "milestone-restore",
    "commitment-keep",
    "commitment-drop",
    "commitment-reopen",
    "session-commitment-create",
    "session-complete",
    "session-missed",
    "session-reopen",
    "session-note-create",
    "settings-key-create",
    "settings-key-revoke",
    "turn-cancel",
    "turn-retry",
    "question-answer",
    "question-set-aside",
    "notice-keep",
    "notice-dismiss",
    "bootstrap-skip",
    "bootstrap-reopen",
    "bootstrap-again",
    "bootstrap-leave",
    "companion-chat",
    "panel-show",
    "memory-forget",
    "proposal-confirm",
    "proposal-dismiss",
    "layer-restore",
    "layer-undo",
    "rest:api-root",
}
"""Addresses that take no GET."""


def test_what_takes_no_get_says_so(twins: Twins, as_alice: Browser) -> None:
    writing = [address for address in [*chosen(COACH), *chosen(API)] if address.name in WRITTEN_ONLY]
    found = {address.name: as_alice.get(address.of(twins.alice)).status_code for address in writing}

    assert {name: status for name, status in found.items() if status not in {404, 405}} == {}


# --- What a page may cost and change --------------------------------------------------------------------


def test_reading_changes_nothing(twins: Twins, as_alice: Browser) -> None:
    # A first visit may make what a sign-up would have made: the companion, which twins have, and this row.
    as_alice.get(reverse("account_email"))
    changed = []
    for address in [*_readable(), *chosen(PERSONAL), *chosen(PUBLIC)]:
        before = state_of(twins.alice)
        as_alice.get(address.of(twins.alice))
        if state_of(twins.alice) != before:
            changed.append(address.name)

    assert changed == []


@pytest.mark.parametrize("htmx", [False, True], ids=["page", "htmx"])
def test_a_page_takes_few_queries(htmx: bool, twins: Twins, as_alice: Browser) -> None:
    costs = _queries_of_pages(twins.alice, as_alice, htmx=htmx)

    too_dear = {name: cost for name, cost in costs.items() if cost > MOST_QUERIES}
    assert too_dear == {}


def _queries_of_pages(practice: Practice, browser: Browser, *, htmx: bool) -> dict[str, int]:
    headers, costs = ({"HX-Request": "true"} if htmx else {}), {}
    browser.get("/settings/")  # the first visit of a session writes that it is there
    for address in [*_readable(), *chosen(["settings"])]:
        with CaptureQueriesContext(connection) as queries:
            browser.get(address.of(practice), headers=headers)
        costs[address.name] = len([each for each in queries if not each["sql"].lstrip().startswith(DOOR)])
    return costs


def test_a_form_without_its_token_changes_nothing(twins: Twins) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(twins.alice.coach.user)
    before, let_in = state_of(twins.alice), {}
    for address in [*chosen(COACH), *chosen(API), *chosen(PERSONAL)]:
        for method in UNSAFE:
            status = browser.generic(method, address.of(twins.alice)).status_code
            if status not in {403, 404, 405}:
                let_in[f"{method} {address.name}"] = status

    assert let_in == {}
    assert state_of(twins.alice) == before


def test_a_form_of_another_site_changes_nothing(twins: Twins) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(twins.alice.coach.user)
    browser.get("/settings/")
    token = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    before, let_in = state_of(twins.alice), {}
    asked = product([*chosen(COACH), *chosen(API), *chosen(PERSONAL)], UNSAFE)
    # In turns, and each sign in turn with each method: one pass shows as much as three.
    for (address, method), sign in zip(asked, cycle(FOREIGN), strict=False):
        status = browser.generic(method, address.of(twins.alice), headers={**token, **sign}).status_code
        if status not in {403, 404, 405}:
            let_in[f"{method} {address.name} {sign}"] = status

    assert let_in == {}
    assert state_of(twins.alice) == before


@pytest.mark.parametrize("sign", FOREIGN, ids=lambda sign: "-".join(sign.values()))
def test_every_sign_of_another_site_is_seen(sign: dict[str, str], twins: Twins) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(twins.alice.coach.user)
    browser.get("/settings/")
    headers = {"X-CSRFToken": browser.cookies["csrftoken"].value, **sign}

    assert browser.post("/settings/name/", {"name": "Al"}, headers=headers).status_code == 403


def test_a_form_of_our_own_page_is_let_in(twins: Twins) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(twins.alice.coach.user)
    browser.get("/settings/")
    headers = {"X-CSRFToken": browser.cookies["csrftoken"].value, "sec-fetch-site": "same-origin"}

    assert browser.post("/settings/name/", {"name": "Al"}, headers=headers).status_code == 302


def state_of(practice: Practice) -> dict[str, str]:
    """Sum up every table as this practice sees it."""
    tables = sorted(catalogue.tables() - OFTEN_WRITTEN)
    sums = ", ".join(
        f"""(SELECT md5(coalesce(string_agg(r::text, '' ORDER BY r::text), '')) FROM "{name}" r)"""
        for name in tables
    )
    with tenant(practice.coach.pk):
        return dict(zip(tables, catalogue.rows(f"SELECT {sums}")[0], strict=True))
