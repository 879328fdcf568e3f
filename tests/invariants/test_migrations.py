"""The models and the migrations agree, every migration can be taken back, and none leaves old code behind."""

from collections.abc import Mapping
from itertools import count

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import CharField, CheckConstraint, Index, IntegerField, Q, TextField
from pytest_django.plugin import DjangoDbBlocker

from tests import database
from tests.invariants import catalogue
from tests.invariants.additive import faults_of

FIRST_RELEASE: Mapping[str, str] = {
    "coaching": "0006_sign_ins",
    "companion": "0009_claims_by_index",
    "client_portal": "",
    "tenancy": "",
}
"""Up to here no code ran beside a migration: there was none before it."""
CONTRACTS: Mapping[str, str] = {}
"""Migrations that do take something away, `app.name`, and since which release nothing uses it."""


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_migration_since_the_first_release_can_be_taken_back_and_made_again(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock(), database.scratch("jl_there_and_back"):
        there = _shape()
        for app in ("companion", "coaching"):
            call_command("migrate", app, _before(FIRST_RELEASE[app]), verbosity=0)
        left = set(MigrationRecorder(connections["owner"]).applied_migrations())
        less = _shape()
        call_command("migrate", verbosity=0)
        again = _shape()

    assert not left & {(app, FIRST_RELEASE[app]) for app in ("companion", "coaching")}
    assert less != there
    assert again == there


def _before(name: str) -> str:
    """Number the migration before this one: so there is always one to take back."""
    return f"{int(name[:4]) - 1:04}"


def _shape() -> list[tuple[object, ...]]:
    columns = catalogue.rows(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    policies = catalogue.rows(
        "SELECT tablename, policyname, roles::text, qual FROM pg_policies ORDER BY 1, 2"
    )
    rules = catalogue.rows(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
    )
    return [*columns, *policies, *rules]


def test_a_migration_only_adds_so_that_the_release_before_can_run_beside_it() -> None:
    loader = MigrationLoader(None)
    found = [
        fault
        for (app, name), migration in sorted(loader.disk_migrations.items())
        if app in FIRST_RELEASE and name > FIRST_RELEASE[app] and f"{app}.{name}" not in CONTRACTS
        for fault in faults_of(migration, loader.project_state([(app, name)], at_end=False))
    ]

    assert found == [], (
        "docs/operating.md, A bad release; what must be is listed in CONTRACTS with its reason"
    )


@pytest.mark.parametrize(
    ("operation", "is_fine"),
    [
        (operations.AddField("turn", "new", IntegerField(null=True)), True),
        (operations.AddField("turn", "new", IntegerField(db_default=0)), True),
        (operations.AddField("turn", "new", IntegerField(default=0)), False),
        (operations.RemoveField("turn", "kind"), False),
        (operations.RenameField("turn", "kind", "sort"), False),
        (operations.DeleteModel("turn"), False),
        (operations.AlterField("turn", "error_code", CharField(max_length=40)), True),
        (operations.AlterField("turn", "error_code", TextField()), True),
        (operations.AlterField("turn", "error_code", CharField(max_length=10)), False),
        (operations.AlterField("turn", "error_code", IntegerField()), False),
        (operations.AlterField("turn", "request_key", CharField(max_length=64)), False),
        (operations.AddConstraint("turn", CheckConstraint(condition=Q(number__gt=0), name="c")), False),
        (operations.AddIndex("turn", Index(fields=["kind"], name="i")), True),
        (operations.RunSQL("SELECT 1"), False),
    ],
    ids=count(),
)
def test_what_the_release_before_could_stumble_over_is_found(
    operation: operations.base.Operation, is_fine: bool
) -> None:
    loader = MigrationLoader(None)
    migration = Migration("0099_next", "companion")
    migration.operations = [operation]

    faults = list(faults_of(migration, loader.project_state(loader.graph.leaf_nodes("companion"))))

    assert (faults == []) is is_fine
