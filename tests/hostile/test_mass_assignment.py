"""
What a form or a program's request does not ask for, nobody can set by sending it along.

Every address that writes gets what it should get, once by itself and once with every column of every model
beside it, in the body and in the query: both times the answer and all rows must be the same.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import transaction
from django.test import Client as Browser

from coaching.models import Client, CoachingProfile, CoachingSession, Note, User
from companion import models as companion
from journeyloop.tenancy import tenant
from tests.conftest import signed_in
from tests.hostile.scenes import changed
from tests.invariants import catalogue
from tests.invariants.addresses import API, COACH, Address, chosen
from tests.invariants.test_privacy import OURS
from tests.invariants.test_urls import OFTEN_WRITTEN, state_of
from tests.twins import Practice, Twins

pytestmark = pytest.mark.django_db

POISON = "zqpoison"
Given = Callable[[Practice], Mapping[str, Any]]

_BOOKING = {"date": "2027-03-10", "time": "10:00", "duration_minutes": 60, "session_type": "regular"}

FORMS: Mapping[str, tuple[tuple[str, ...], Given]] = {
    "ClientForm": (
        ("client-create", "client-edit"),
        lambda _: {"name": "Nora", "time_zone": "Europe/Lisbon", "status": "active"},
    ),
    "NoteForm": (
        ("client-note-create", "note-edit"),
        lambda _: {"text": "A note."},
    ),
    "BookingForm": (("session-reschedule",), lambda _: _BOOKING),
    "SessionForm": (("session-create",), lambda practice: {**_BOOKING, "client": practice.clients[0].pk}),
    "CancelForm": (("session-cancel",), lambda _: {"reason": "Ill."}),
    "NameForm": (("settings-name",), lambda _: {"name": "Alice"}),
    "TimeZoneForm": (("settings-time-zone",), lambda _: {"time_zone": "Europe/Lisbon"}),
    "KeyForm": (("settings-key-create",), lambda _: {"key_name": "mine"}),
    "GoalForm": (("goal-create", "goal-edit"), lambda _: {"title": "Rest"}),
    "ProgressForm": (("goal-progress",), lambda _: {"value": "5", "progress": "5", "note": "Good."}),
    "MilestoneForm": (("milestone-create", "milestone-edit"), lambda _: {"title": "First week"}),
    "CommitmentForm": (
        ("client-commitment-create", "commitment-edit"),
        lambda _: {"text": "Call back", "promised_by": "coach"},
    ),
    "StatementForm": (("consent-give",), lambda _: {}),
    "UploadForm": (("transcript-upload",), lambda _: {}),
    "SpeakersForm": (("transcript-speakers",), lambda _: {}),
}
"""Where each form is sent, and what it takes. A new form fails until it stands here."""

LIKE_ANOTHER = {"session-note-create", "session-commitment-create"}
"""Addresses that hand the same form to the same deed."""

READ_BY_HAND: Mapping[str, Given] = {
    "companion-chat": lambda _: {"message": "Good morning", "request_key": "k"},
    "question-answer": lambda _: {"answer": "Better."},
    "proposal-confirm": lambda _: {"text": "I ask first.", "over_version": "1", "place": ""},
    "panel-show": lambda _: {"kind": "calendar", "object": "", "panel": "main"},
    "layer-edit": lambda _: {"text": "I ask first.", "base_version": "1"},
    "claim-edit": lambda _: {"text": "She rests."},
    "recap": lambda _: {"text": "We spoke of rest."},
    "bootstrap-skip": lambda _: {"topic": "boundaries"},
    "bootstrap-reopen": lambda _: {"topic": "boundaries"},
}
"""Addresses that read what is sent without a form. An address in neither list takes no words."""

BODIES: Mapping[str, Given] = {
    "companion-chat": lambda _: {"message": "Good morning", "request_key": "k"},
    "rest:change": lambda _: {"mode": "idle", "client_id": None, "session_id": None},
}
"""Addresses that take JSON, and what."""

SHARED = {"coaching_apikey", "coaching_accountevent", "coaching_user", "django_admin_log"}
"""Tables without a wall, in which Alice's own deeds show."""

ASKED_ANYWAY = {"next", "place", "panel", "session"}
"""Names that say where somebody came from, and are read by many."""


def test_every_form_has_a_sample() -> None:
    ours = {form.__name__ for form in _below(forms.Form) if _is_ours(form)} - {"CoachSignUpForm"}

    unsampled = ours - set(FORMS)
    assert not unsampled, (
        f"say in tests/hostile/test_mass_assignment.py, FORMS, how these are filled in: {unsampled}"
    )


def _is_ours(form: type) -> bool:
    return form.__module__.startswith(("coaching.", "companion.", "client_portal.")) and hasattr(
        form, "base_fields"
    )


def test_a_sign_up_makes_a_coach_and_nobody_else(as_visitor: Browser) -> None:
    given = {
        "email": "eve@example.com",
        "name": "Eve",
        "password1": "a-long-enough-password",
        "time_zone": "Europe/Lisbon",
    }
    extra = {name: "on" if name.startswith("is_") else POISON for name in columns() if name not in given}

    as_visitor.post("/accounts/signup/", {**extra, **given}, query_params=extra)

    eve = User.objects.get(email="eve@example.com")
    assert (eve.is_staff, eve.is_superuser, eve.name) == (False, False, "Eve")
    assert POISON not in str([User.objects.values(), CoachingProfile.objects.values()])


def _below(form: type) -> set[type]:
    return {form}.union(*(_below(each) for each in form.__subclasses__())) - {forms.Form}


def test_columns_that_are_sent_along_change_nothing(twins: Twins) -> None:
    browser, wrong = signed_in(twins.alice.coach.user), {}
    _give_layers_their_versions(twins.alice)
    for address, given, asked, in_json in _requests(twins.alice):
        extra = {name: _poison(name, twins) for name in columns() if name not in asked}
        plain, poisoned = (
            _after(browser, address, twins, given, each, in_json=in_json) for each in ({}, extra)
        )
        if plain != poisoned or POISON in str(poisoned):
            wrong[address.name] = _difference(plain, poisoned)

    assert wrong == {}


def test_an_address_that_takes_no_words_stores_none(twins: Twins) -> None:
    browser = signed_in(twins.alice.coach.user)
    _give_layers_their_versions(twins.alice)
    bobs = state_of(twins.bob)
    takes_words = {
        *LIKE_ANOTHER,
        *READ_BY_HAND,
        *BODIES,
        *(each for names, _ in FORMS.values() for each in names),
    }
    for address in [*chosen(COACH), *chosen(API)]:
        if address.name not in takes_words:
            poison = {name: _poison(name, twins) for name in columns() if name not in ASKED_ANYWAY}
            with transaction.atomic():
                browser.post(address.of(twins.alice), poison, query_params=poison)

    assert [table for table, rows in _rows(twins).items() if POISON in rows] == []
    assert changed(twins.bob, bobs) <= SHARED


def _give_layers_their_versions(practice: Practice) -> None:
    """Let the layers know of the first version that the twins have of each."""
    with tenant(practice.coach.pk):
        companion.CompanionPersonality.objects.update(version=1)


def _requests(practice: Practice) -> Iterator[tuple[Address, Mapping[str, Any], set[str], bool]]:
    """List each address that takes words, what it is sent, what it asks for, and whether that is JSON."""
    for form, (names, give) in FORMS.items():
        for address in chosen(names):
            yield address, give(practice), {*give(practice), *_fields(form), *ASKED_ANYWAY}, False
    for in_json, sent in ((False, READ_BY_HAND), (True, BODIES)):
        for address in chosen(list(sent)):
            given = sent[address.name](practice)
            yield address, given, {*given, *ASKED_ANYWAY}, in_json


def _fields(name: str) -> set[str]:
    """Name the fields of a form: those anybody may fill in."""
    return {field for form in _below(forms.Form) if form.__name__ == name for field in form.base_fields}


def columns() -> list[str]:
    """Name every column of every model of ours, and what else somebody could hope for."""
    names = {
        name
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for each in model._meta.concrete_fields
        for name in (each.name, each.attname)
    }
    return sorted(names | {"pk", "user", "is_superuser", "is_staff", "role", "by", "tenant", "approved_at"})


def _poison(name: str, twins: Twins) -> str:
    """Choose what would hurt: the other practice's row where a row is named, else a mark or a yes."""
    bob = twins.bob
    rows = {"client": Client, "session": CoachingSession, "note": Note, "turn": companion.Turn}
    if name in {"coach", "coach_id", "owner_id", "tenant"}:
        return str(bob.coach.pk)
    if (model := rows.get(name.removesuffix("_id"))) is not None:
        return str(bob.one(model).pk)
    return "on" if name.startswith("is_") else POISON


# --- What came of it ------------------------------------------------------------------------------

After = tuple[int, dict[str, str]]


def _after(
    browser: Browser,
    address: Address,
    twins: Twins,
    given: Mapping[str, Any],
    extra: Mapping[str, str],
    *,
    in_json: bool,
) -> After:
    """Send it, write down what every table says then, and take it back."""
    data = {**extra, **given}
    body = {"data": json.dumps(data), "content_type": "application/json"} if in_json else {"data": data}
    with transaction.atomic():
        path = address.of(twins.alice)
        status = browser.post(path, **body, query_params=extra).status_code
        rows = _rows(twins)
        transaction.set_rollback(True)
    return status, rows


VARIES = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.\d]*(?:\+\d\d)?"
    r"|[0-9a-f]{40,}|jl_\w+"
)
"""What differs from one time to the next: keys, instants and digests."""


def _rows(twins: Twins) -> dict[str, str]:
    """Write down every row that Alice sees, without the ids that are new, and a digest of Bob's."""
    tables = sorted(catalogue.tables() - OFTEN_WRITTEN)
    kept = _keys(twins.alice)
    sums = ", ".join(f"""(SELECT coalesce(string_agg(r::text, '|'), '') FROM "{t}" r)""" for t in tables)
    with tenant(twins.alice.coach.pk):
        [found] = catalogue.rows(f"SELECT {sums}")
    texts = (VARIES.sub(lambda each: each[0] if each[0] in kept else "…", text) for text in found)
    rows = {table: "|".join(sorted(text.split("|"))) for table, text in zip(tables, texts, strict=True)}
    bobs = state_of(twins.bob)
    return {**rows, "Bob's": str([bobs[table] for table in tables if table not in SHARED])}


def _keys(practice: Practice) -> set[str]:
    rows = [str(row.pk) for rows in practice.rows.values() for row in rows]
    return {*rows, str(practice.coach.pk), str(practice.coach.user.pk)}


def _difference(plain: After, poisoned: After) -> object:
    if plain[0] != poisoned[0]:
        return f"answers {poisoned[0]}, and {plain[0]} to what it asked for"
    return [table for table in plain[1] if plain[1][table] != poisoned[1][table]] or "the poison is stored"
