"""Wall-clock times and the hours that are not as they look."""

# ruff: noqa: DTZ001 # wall-clock times have no zone; that is the point

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from coaching import time_zones

LISBON, BERLIN, LORD_HOWE = (
    ZoneInfo("Europe/Lisbon"),
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("Australia/Lord_Howe"),
)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Europe/Lisbon", "Europe/Lisbon"),
        (" europe/lisbon ", "Europe/Lisbon"),
        ("lisbon", "Europe/Lisbon"),
        ("New York", "America/New_York"),
        ("Singapore", "Asia/Singapore"),
        ("EST5EDT", "EST5EDT"),
        ("utc", "UTC"),
    ],
)
def test_it_finds_a_zone_by_its_name_or_by_its_city(words: str, name: str) -> None:
    assert time_zones.find_zone(words) == name


@pytest.mark.parametrize("words", ["Atlantis", "", "Europe/", "../etc/passwd", "\0"])
def test_it_refuses_what_is_no_zone(words: str) -> None:
    with pytest.raises(time_zones.UnknownZoneError):
        time_zones.find_zone(words)


def test_it_reads_a_stored_name_that_is_no_zone_as_utc() -> None:
    assert time_zones.zone("Not/AZone").key == "UTC"
    assert time_zones.zone("").key == "UTC"


def test_it_offers_places_and_utc() -> None:
    names = time_zones.zone_names()

    assert "Asia/Singapore" in names
    assert names[-1] == "UTC"
    assert not [name for name in names if name.startswith("Etc/")]


def test_it_turns_a_wall_clock_time_into_an_instant() -> None:
    assert time_zones.instant(datetime(2026, 7, 1, 15, 0), LISBON) == datetime(2026, 7, 1, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "zone", "resumes_at"),
    [
        (datetime(2026, 3, 29, 2, 30), BERLIN, datetime(2026, 3, 29, 3, 0)),
        (datetime(2026, 3, 29, 2, 0), BERLIN, datetime(2026, 3, 29, 3, 0)),
        (datetime(2026, 3, 29, 1, 59), LISBON, datetime(2026, 3, 29, 2, 0)),
        (datetime(2026, 10, 4, 2, 15), LORD_HOWE, datetime(2026, 10, 4, 2, 30)),
    ],
)
def test_it_refuses_a_time_that_the_clocks_jump_over(
    wall: datetime, zone: ZoneInfo, resumes_at: datetime
) -> None:
    with pytest.raises(time_zones.NoSuchTimeError) as refusal:
        time_zones.instant(wall, zone)

    assert refusal.value.resumes_at == resumes_at
    assert not time_zones.comes_twice(wall, zone)


def test_it_takes_the_first_of_a_time_that_comes_twice() -> None:
    wall = datetime(2026, 10, 25, 2, 30)

    assert time_zones.comes_twice(wall, BERLIN)
    assert time_zones.instant(wall, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_ordinary_time_comes_once() -> None:
    assert not time_zones.comes_twice(datetime(2026, 10, 25, 4, 0), BERLIN)
