"""The one door to tenant rows."""

import pytest
from django.db import connection, transaction

from coaching.models import Client, CoachingProfile, User
from journeyloop.tenancy import NoTenantError, TenantMismatchError, tenant
from tests import factories


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.coach', true)")
        return str(cursor.fetchone()[0] or "")


def test_rows_cannot_be_asked_for_outside_the_door(coach: User) -> None:
    with pytest.raises(NoTenantError):
        Client.objects.count()


def test_a_coach_sees_their_own_clients_only(coach: User, stranger: User) -> None:
    with tenant(coach.coaching_profile.pk):
        factories.make_client("Of Alice")
    with tenant(stranger.coaching_profile.pk):
        factories.make_client("Of Bob")

        assert [client.name for client in Client.objects.all()] == ["Of Bob"]


def test_the_same_door_opens_twice(in_tenant: CoachingProfile) -> None:
    with tenant(in_tenant.pk):
        factories.make_client()

    assert Client.objects.count() == 1


def test_another_door_does_not_open_inside(in_tenant: CoachingProfile, stranger: User) -> None:
    with pytest.raises(TenantMismatchError), tenant(stranger.coaching_profile.pk):
        pass


def test_the_setting_is_gone_after_the_door_closes(coach: User) -> None:
    with tenant(coach.coaching_profile.pk):
        assert setting() == str(coach.coaching_profile.pk)

    assert setting() == ""


def test_the_setting_is_gone_after_an_error(coach: User) -> None:
    with pytest.raises(ZeroDivisionError), tenant(coach.coaching_profile.pk):
        raise ZeroDivisionError

    assert setting() == ""


def test_a_row_of_another_coach_is_not_saved(in_tenant: CoachingProfile, stranger: User) -> None:
    with pytest.raises(TenantMismatchError), transaction.atomic():
        Client(coach=stranger.coaching_profile, name="Smuggled").save()
