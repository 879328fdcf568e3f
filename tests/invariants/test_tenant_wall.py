"""The tenant wall, asked of PostgreSQL itself: which tables there are, what guards them, that it holds."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Model

from coaching.models import Client, CoachingSession, Commitment, Consent, Goal
from companion.models import CompanionSkill
from journeyloop.ids import uuid7
from journeyloop.tenancy import NoTenantError, tenant
from journeyloop.tenancy.grants import tenant_models
from journeyloop.tenancy.models import TenantModel
from journeyloop.tenancy.readings import Reading, read
from journeyloop.tenancy.walls import tenant_references
from tests import twins as twin_makers
from tests.factories import NOON
from tests.invariants import catalogue
from tests.invariants.classified import assert_classified
from tests.twins import Practice, Twins

pytestmark = pytest.mark.django_db

TENANT = {model._meta.db_table: model for model in tenant_models()}
SHARED = {"companion_companionskill": CompanionSkill}
"""Rows without a coach ship with the product: everybody reads them and nobody writes them."""
GLOBAL = {
    "account_emailaddress": "allauth's, of a user",
    "account_emailconfirmation": "allauth's, of a user",
    "auth_group": "Django's; unused",
    "auth_group_permissions": "Django's; unused",
    "auth_permission": "Django's; made by migrations",
    "coaching_accountevent": "of a user, written before a tenant is known",
    "coaching_apikey": "read before a tenant is known",
    "coaching_coachingprofile": "the root of the wall; read before a tenant is known",
    "coaching_tally": "counts tries to sign in",
    "coaching_user": "signs in before a tenant is known",
    "coaching_user_groups": "Django's; unused",
    "coaching_user_user_permissions": "Django's; unused",
    "django_admin_log": "Django's; unused, no admin is served",
    "django_content_type": "Django's; made by migrations",
    "django_migrations": "Django's",
    "django_session": "read before a tenant is known",
    "mfa_authenticator": "allauth's, of a user",
    "usersessions_usersession": "allauth's, of a user",
}
WALLED = {**TENANT, **SHARED}
SEEN_BY_CLIENTS = (Client, CoachingSession, Consent, Goal, Commitment)
"""What a client's own session may see anything of; to everything else the restrictive policy says no."""

each_tenant_table = pytest.mark.parametrize("table", sorted(TENANT))
each_walled_table = pytest.mark.parametrize("table", sorted(WALLED))
REFERENCES = [(model, field.attname) for model in TENANT.values() for field in tenant_references(model)]
each_reference = pytest.mark.parametrize(
    ("model", "column"),
    [pytest.param(model, column, id=f"{model.__name__}.{column}") for model, column in REFERENCES],
)


# --- Every table is somewhere ---------------------------------------------------------------------------


def test_every_table_is_in_exactly_one_list() -> None:
    where = "tests/invariants/test_tenant_wall.py: a tenant's is a TenantModel with a Wall in its migration"

    assert_classified(catalogue.tables(), [TENANT, SHARED, GLOBAL], what="tables", where=where)


def test_every_walled_model_has_twins() -> None:
    made = {**twin_makers.MAKERS, **twin_makers.PROVISIONED}

    walled = {model.__name__ for model in WALLED.values()}
    where = "tests/twins.py, MAKERS: say there which rows the twins have of it"
    assert_classified(walled, [{model.__name__ for model in made}], what="models", where=where)


def test_twins_hold_rows_of_every_model_and_a_mark_in_every_text(twins: Twins) -> None:
    for practice in (twins.alice, twins.bob):
        for model, found in practice.rows.items():
            wanted = twin_makers.texts(practice, model, twin_makers.PROVISIONED.get(model, {}))
            told = {name for name in wanted for row in found if practice.mark in str(getattr(row, name))}
            plain = set(wanted) - told
            assert plain <= KEPT_PLAIN.get(model.__name__, set()), f"{model.__name__}: {plain}"


KEPT_PLAIN = {
    "Client": {"time_zone"},
    "CoachingSession": {"time_zone"},
    "CompanionSchedule": {"time_zone"},
    "MicroInteraction": {"options"},
    "Proposal": {"fields", "layer"},
    "ApiKey": {"scopes"},
    "Goal": {"evidence"},
    "GoalDelta": {"evidence"},
    "Commitment": {"evidence"},
    "SessionAnalysis": {"numbers"},
    "SessionIntelligence": {"left_out"},
}
"""Texts that only take certain words."""


# --- What guards each table -----------------------------------------------------------------------------


@each_tenant_table
def test_a_tenant_row_always_has_a_coach_and_is_found_by_them(table: str) -> None:
    nullable = catalogue.ask(
        """
        SELECT is_nullable FROM information_schema.columns
        WHERE table_name = %s AND column_name = 'coach_id'
        """,
        table,
    )

    assert nullable == ["NO"]
    assert "coach_id" in catalogue.leading_columns(table)


@each_walled_table
def test_row_level_security_is_on_and_not_forced(table: str) -> None:
    query = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass"

    assert catalogue.rows(query, table) == [(True, False)]


@each_walled_table
def test_a_permissive_policy_names_the_coach_and_a_restrictive_one_the_client(table: str) -> None:
    policies = catalogue.rows(
        """
        SELECT permissive, coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies
        WHERE tablename = %s AND cmd = 'ALL' AND roles::text[] = '{public}' ORDER BY permissive
        """,
        table,
    )
    (permissive, reads, writes), (restrictive, client_reads, client_writes) = policies

    assert (permissive, _names_coach(reads), _names_coach(writes)) == ("PERMISSIVE", True, True)
    assert (restrictive, "app.client" in client_reads) == ("RESTRICTIVE", True)
    assert "app.client" in client_writes


def _names_coach(expression: str) -> bool:
    return "coach_id =" in expression and "app.coach" in expression


def test_only_the_system_role_has_a_policy_that_lets_everything_through() -> None:
    open_policies = catalogue.rows(
        "SELECT tablename, roles::text[] FROM pg_policies WHERE qual = 'true' OR with_check = 'true'"
    )

    assert {table for table, roles in open_policies if roles != [catalogue.SYSTEM]} == set()


def test_rows_without_a_coach_can_only_be_read() -> None:
    policies = catalogue.rows("SELECT tablename, cmd FROM pg_policies WHERE qual LIKE '%%coach_id IS NULL%%'")

    assert policies == [(table, "SELECT") for table in SHARED]


@each_reference
def test_a_reference_carries_its_coach(model: type[Model], column: str) -> None:
    assert ("coach_id", column) in catalogue.foreign_keys(model._meta.db_table)


@each_walled_table
def test_uniqueness_is_within_a_practice(table: str) -> None:
    keys = catalogue.unique_keys(table)

    assert [key for key in keys if key[0] != "coach_id"] == []


# --- What each role may do ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [catalogue.APP, catalogue.SYSTEM])
def test_the_roles_own_nothing_and_walk_past_nothing(role: str) -> None:
    rights = catalogue.rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s", role
    )
    owned = catalogue.ask("SELECT relname FROM pg_class WHERE relowner = %s::regrole", role)
    member_of = catalogue.ask(
        "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole", role
    )

    assert rights == [(False, False, False, False)]
    assert owned == []
    assert member_of == []


@each_walled_table
def test_the_system_role_reads_no_words_and_adds_no_rows(table: str) -> None:
    model = WALLED[table]
    words = {field.column for field in model._meta.concrete_fields if twin_makers.holds_words(field)}
    readable = catalogue.readable_columns(catalogue.SYSTEM, table)

    assert readable & words <= CODES.get(table, set())
    assert catalogue.readable_columns(catalogue.SYSTEM, table, "UPDATE") & words <= CODES.get(table, set())
    assert catalogue.table_rights(catalogue.SYSTEM, table) == set()


CODES = {
    "companion_turn": {"error_code", "model_name"},
    "companion_errand": {"error_code"},
    "companion_usageentry": {"model_name"},
    "companion_auditevent": {"deed"},
}
"""Texts that are names out of our own code, never of anybody's."""


@pytest.mark.parametrize("table", sorted(GLOBAL))
def test_the_system_role_sees_no_global_table(table: str) -> None:
    assert catalogue.readable_columns(catalogue.SYSTEM, table) == set()


@each_tenant_table
def test_the_application_may_not_rewrite_what_is_only_added_to(table: str) -> None:
    rights = catalogue.table_rights(catalogue.APP, table)
    changes = set() if TENANT[table].APPEND_ONLY else {"UPDATE", "DELETE"}

    assert rights == {"SELECT", "INSERT"} | changes
    assert bool(catalogue.readable_columns(catalogue.APP, table, "UPDATE")) is bool(changes)


def test_the_record_of_accounts_is_only_added_to() -> None:
    assert catalogue.table_rights(catalogue.APP, "coaching_accountevent") == {"SELECT", "INSERT"}
    assert catalogue.readable_columns(catalogue.APP, "coaching_accountevent", "UPDATE") == set()


# --- Whether it holds -----------------------------------------------------------------------------------


def test_without_a_tenant_nothing_is_read_or_written(twins: Twins, subtests: pytest.Subtests) -> None:
    for table, model in WALLED.items():
        with subtests.test(table):
            with tenant(twins.alice.coach.pk):
                row = model.objects.filter(pk=twins.alice.one(model).pk).get()

            assert catalogue.ask(f'SELECT count(*) FROM "{table}" WHERE coach_id IS NOT NULL') == [0]
            with pytest.raises(NoTenantError):
                model.objects.count()
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                model.all_tenants.bulk_create([_copy(row)])


def test_a_coach_reads_their_own_rows_only(twins: Twins, subtests: pytest.Subtests) -> None:
    for table, model in WALLED.items():
        with subtests.test(table):
            with tenant(twins.bob.coach.pk):
                coaches = catalogue.ask(f'SELECT DISTINCT coach_id FROM "{table}" WHERE coach_id IS NOT NULL')
                found = {row.pk for row in model.objects.exclude(coach=None)}

            assert coaches == [twins.bob.coach.pk]
            assert found == {row.pk for row in twins.bob.all(model)}


def test_a_reference_to_another_practice_is_refused(twins: Twins, subtests: pytest.Subtests) -> None:
    for model, column in REFERENCES:
        with subtests.test(f"{model.__name__}.{column}"):
            target = model._meta.get_field(column.removesuffix("_id")).related_model
            assert target is not None
            foreign, own = twins.alice.one(target), twins.bob.one(model)

            with pytest.raises(IntegrityError, match="same_coach"), tenant(twins.bob.coach.pk):
                _point(own, column, foreign)


def _point(row: TenantModel, column: str, target: Model) -> None:
    if row.APPEND_ONLY:
        elsewhere = {"due_at": NOON + timedelta(days=1)} if hasattr(row, "due_at") else {}
        type(row).all_tenants.bulk_create([_copy(row, **elsewhere, **{column: target.pk})])
    else:
        type(row).objects.filter(pk=row.pk).update(**{column: target.pk})


def test_a_row_cannot_be_moved_into_another_practice(twins: Twins, subtests: pytest.Subtests) -> None:
    to = twins.alice.coach.pk
    for table, model in WALLED.items():
        with subtests.test(table):
            own = twins.bob.one(model)

            with pytest.raises(DatabaseError), tenant(twins.bob.coach.pk), connection.cursor() as cursor:
                cursor.execute(f'UPDATE "{table}" SET coach_id = %s WHERE id = %s', [to, own.pk])


def test_a_fork_of_another_coachs_skill_is_refused(twins: Twins) -> None:
    foreign, own = twins.alice.one(CompanionSkill), twins.bob.one(CompanionSkill)

    with pytest.raises(IntegrityError, match="shared skill"), tenant(twins.bob.coach.pk):
        CompanionSkill.objects.filter(pk=own.pk).update(parent_skill=foreign.pk)


def test_two_practices_may_have_a_client_of_the_same_name_and_address(twins: Twins) -> None:
    same = {"name": "Clara Bennett", "email": "clara@example.com"}

    for practice in (twins.alice, twins.bob):
        with tenant(practice.coach.pk):
            Client.objects.create(**same)
            assert Client.objects.filter(**same).count() == 1


def test_a_clients_own_session_sees_no_row_of_anybody_else(twins: Twins, subtests: pytest.Subtests) -> None:
    client, _ = twins.alice.clients
    for table, model in WALLED.items():
        with subtests.test(table):
            with tenant(twins.alice.coach.pk, client.pk):
                seen = {row.pk for row in model.objects.all()}

            about_them = _rows_about(twins.alice, model, client) if model in SEEN_BY_CLIENTS else []
            assert seen == {row.pk for row in about_them}


def test_a_plan_made_for_a_coach_shows_their_clients_session_no_more(
    twins: Twins, subtests: pytest.Subtests
) -> None:
    client, _ = twins.alice.clients
    for table, model in WALLED.items():
        every = Reading(model.objects.all)
        with subtests.test(table):
            with tenant(twins.alice.coach.pk):
                read(every())
            with tenant(twins.alice.coach.pk, client.pk):
                ((planned,), plain) = read(every()), list(model.objects.all())

            assert set(planned) == set(plain)


@pytest.mark.parametrize("model", sorted(SEEN_BY_CLIENTS, key=str))
def test_a_clients_own_session_changes_and_deletes_nothing(model: type[Model], twins: Twins) -> None:
    alice, (client, _) = twins.alice.coach, twins.alice.clients
    own = _rows_about(twins.alice, model, client)[0]

    with tenant(alice.pk, client.pk):
        with pytest.raises(ProgrammingError), transaction.atomic():
            model.objects.filter(pk=own.pk).update(coach=alice.pk)
        with suppress(ProgrammingError), transaction.atomic():
            model.objects.filter(pk=own.pk)._raw_delete(using="default")

        assert model.objects.filter(pk=own.pk).exists()


def _rows_about(practice: Practice, model: type[Model], client: Client) -> list[Model]:
    return [row for row in practice.all(model) if client.pk in {row.pk, getattr(row, "client_id", None)}]


def _copy(row: Model, **changes: object) -> Model:
    stored = [field.attname for field in row._meta.concrete_fields if not field.generated]
    return type(row)(**{**{name: getattr(row, name) for name in stored}, "id": uuid7(), **changes})
