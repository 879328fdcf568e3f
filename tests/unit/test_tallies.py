"""The cache in PostgreSQL: what every process must agree on."""

import pytest
from django.core.cache import cache

from coaching.actions import sign_ins
from coaching.models import Tally
from tests.factories import NOON
from tests.fakes.parallel import at_once


@pytest.mark.django_db
def test_it_keeps_a_value_until_it_runs_out() -> None:
    cache.set("tries", [1.5, 2.5], timeout=60)
    cache.set("gone", [1], timeout=-1)

    assert cache.get("tries") == [1.5, 2.5]
    assert cache.get("gone", "nothing") == "nothing"


@pytest.mark.django_db
def test_it_adds_only_what_is_not_there() -> None:
    assert cache.add("code", "used", timeout=60)
    assert not cache.add("code", "again", timeout=60)
    assert cache.get("code") == "used"

    cache.delete("code")
    assert cache.add("code", "anew", timeout=-1)
    assert cache.add("code", "after it ran out", timeout=60)


@pytest.mark.django_db
def test_it_stores_no_word_of_what_it_is_about() -> None:
    cache.set("user=alice@example.com&code=123456", "y", timeout=60)

    assert "alice" not in Tally.objects.get().key


@pytest.mark.django_db
def test_it_forgets_what_it_is_told_to() -> None:
    cache.set("one", 1, timeout=60)
    cache.clear()

    assert not Tally.objects.exists()


@pytest.mark.django_db
def test_what_has_run_out_is_dropped_by_the_clock() -> None:
    Tally.objects.create(key="old", value=1, expires_at=NOON)
    cache.set("fresh", 1, timeout=60)

    sign_ins.forget_old(now=NOON.replace(second=1))

    assert not Tally.objects.filter(key="old").exists()
    assert cache.get("fresh") == 1


def test_of_many_who_add_at_once_one_is_told_true(committed: None) -> None:
    told = at_once([lambda: cache.add("code", "used", timeout=60)] * 8)

    assert told.count(True) == 1
    assert told.count(False) == 7
