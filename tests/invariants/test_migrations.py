"""The models and the migrations agree, and every migration can be taken back."""

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from pytest_django.plugin import DjangoDbBlocker

from tests import database
from tests.invariants import catalogue


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_migration_can_be_taken_back_and_made_again(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock(), database.scratch("jl_there_and_back"):
        call_command("migrate", verbosity=0)
        there = _shape()
        for app in ("companion", "coaching"):
            call_command("migrate", app, "zero", verbosity=0)
        left = {app for app, _ in MigrationRecorder(connections["owner"]).applied_migrations()}
        tables = {table for table in catalogue.tables() if table.startswith(("companion_", "coaching_"))}
        call_command("migrate", verbosity=0)
        again = _shape()

    assert left & {"companion", "coaching"} == set()
    assert tables == set()
    assert again == there


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
