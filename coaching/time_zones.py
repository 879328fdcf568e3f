"""IANA time zones: which there are, and wall-clock times in them. Pure: no database, no clock."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_NOT_PLACES = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/")
"""Zones that are older names of others, or no place where somebody lives."""


class UnknownZoneError(Exception):
    """No IANA zone is called that, or more than one place is."""


class NoSuchTimeError(Exception):
    """The clocks jump over this wall-clock time."""

    def __init__(self, wall: datetime, resumes_at: datetime) -> None:
        super().__init__(
            f"{wall:%H:%M} does not exist on {wall:%Y-%m-%d}; the clocks go on at {resumes_at:%H:%M}"
        )
        self.resumes_at = resumes_at
        """The first wall-clock time that exists again, naive."""


@cache
def zone_names() -> tuple[str, ...]:
    """List the zones to offer, in the order of the alphabet."""
    places = {name for name in available_timezones() if "/" in name and not name.startswith(_NOT_PLACES)}
    return (*sorted(places), "UTC")


@cache
def _by_folded_name() -> dict[str, str]:
    """Map each name to its spelling; an older name such as Singapore or Cuba to itself."""
    return {name.casefold(): name for name in available_timezones()}


@cache
def _by_city() -> dict[str, list[str]]:
    cities: dict[str, list[str]] = {}
    for name in zone_names():
        cities.setdefault(name.rpartition("/")[2].casefold(), []).append(name)
    return cities


def city(zone: str) -> str:
    """Name a zone's city: Europe/Lisbon is Lisbon."""
    return zone.rpartition("/")[2].replace("_", " ")


def find_zone(words: str) -> str:
    """
    Turn what somebody typed into an IANA name: the name itself, or just its city.

    Raises UnknownZoneError.
    """
    wanted = "_".join(words.split()).casefold()
    cities = _by_city().get(wanted, [])
    if len(cities) == 1:
        return cities[0]
    if wanted not in _by_folded_name():
        raise UnknownZoneError(words)
    return _by_folded_name()[wanted]


def zone(name: str) -> ZoneInfo:
    """Load a zone; a stored name that the machine does not know is read as UTC."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def instant(wall: datetime, place: ZoneInfo) -> datetime:
    """
    Turn a naive wall-clock time into an instant; of an hour that comes twice, the first.

    Raises NoSuchTimeError when the clocks jump over it.
    """
    found = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if found.astimezone(place).replace(tzinfo=None) != wall.replace(fold=0):
        raise NoSuchTimeError(wall, _end_of_gap(wall, place))
    return found


def comes_twice(wall: datetime, place: ZoneInfo) -> bool:
    """Say whether the clocks go back over this wall-clock time. False for one that they jump over."""
    first, second = (wall.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def _end_of_gap(wall: datetime, place: ZoneInfo) -> datetime:
    # In a gap fold=1 reads the offset after the jump, which lands before it: walk from there to the jump.
    minute = wall.replace(tzinfo=place, fold=1, second=0, microsecond=0).astimezone(UTC)
    before = minute.astimezone(place).utcoffset()
    while minute.astimezone(place).utcoffset() == before:
        minute += timedelta(minutes=1)
    return minute.astimezone(place).replace(tzinfo=None)
