"""How times and people are written on pages. Times arrive as instants."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from coaching import time_zones
from coaching.models import Commitment, Goal, Milestone
from coaching.models.transcripts import MARKS

register = template.Library()

NEAR = {0: "Today", 1: "Tomorrow", -1: "Yesterday"}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _date(day: date) -> str:
    # Not by strftime, which takes ten times as long, and pages are full of days.
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def _time(moment: datetime) -> str:
    return f"{moment.hour:02}:{moment.minute:02}"


@register.filter
def day(moment: datetime, now: datetime) -> str:
    """Name a day as people do: Today, Tomorrow, Yesterday, Thu 26 Nov; the year when it is another one."""
    here = timezone.get_current_timezone()
    on, today = moment.astimezone(here).date(), now.astimezone(here).date()
    return NEAR.get((on - today).days) or _date(on) + (f" {on.year}" if on.year != today.year else "")


@register.filter
def on_day(moment: datetime, now: datetime) -> str:
    """Name a day within a sentence: today, tomorrow, yesterday, on Thu 26 Nov."""
    named = day(moment, now)
    return f"on {named}" if " " in named else named.lower()


@register.filter
def instant(moment: datetime) -> str:
    """Write an instant for machines, as the reader's clock has it."""
    return moment.astimezone(timezone.get_current_timezone()).isoformat()


@register.filter
def clock(moment: datetime) -> str:
    """Write an instant as the reader's clock shows it."""
    return _time(moment.astimezone(timezone.get_current_timezone()))


@register.filter
def clock_in(moment: datetime, zone: ZoneInfo) -> str:
    """Write an instant as a clock in that zone shows it, with the day where it is another one."""
    theirs, ours = moment.astimezone(zone), moment.astimezone(timezone.get_current_timezone())
    return _time(theirs) if theirs.date() == ours.date() else f"{WEEKDAYS[theirs.weekday()]} {_time(theirs)}"


@register.filter
def elsewhere(moment: datetime, zone: ZoneInfo) -> bool:
    """Say whether that zone's clock shows another time than the reader's at this instant."""
    return (
        moment.astimezone(zone).utcoffset() != moment.astimezone(timezone.get_current_timezone()).utcoffset()
    )


@register.filter
def place(zone: ZoneInfo | str) -> str:
    """Name a zone's city: Europe/Lisbon is Lisbon."""
    return time_zones.city(str(zone))


@register.filter
def initials(name: str) -> str:
    """Take the first letters of the first and the last word."""
    words = name.split() or ["?"]
    return words[0][0] + (words[-1][0] if len(words) > 1 else "")


@register.simple_tag
@cache
def zone_options() -> SafeString:
    """Write the zones for a page's datalist: hundreds, the same for everybody."""
    return format_html_join("", '<option value="{}"></option>', ((name,) for name in time_zones.zone_names()))


@register.filter
def late_at(due: Goal | Commitment, now: datetime) -> bool:
    """Say whether a goal or commitment is past its day, by the reader's calendar."""
    return due.is_late(now.astimezone(timezone.get_current_timezone()).date())


@register.filter
def next_station(milestones: list[Milestone]) -> Milestone | None:
    """Find the first milestone of a goal that was not reached yet."""
    return next((each for each in milestones if each.reached_at is None), None)


@register.filter
def elapsed(milliseconds: int) -> str:
    """Write a time within a recording: 0:07, 12:05, 1:02:33."""
    seconds = milliseconds // 1000
    minutes = f"{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{seconds // 3600}:{minutes}" if seconds >= 3600 else minutes.removeprefix("0")


@register.filter
def thousands(number: int) -> str:
    """Write a large number: 23,456."""
    return f"{number:,}"


@register.filter
def marked(headline: str) -> str:
    """Show what a search found; everything else of the text stays text."""
    start, stop = MARKS
    before, *found = headline.split(start)
    hits = (each.partition(stop) for each in found)
    marks = format_html_join("", "<mark>{}</mark>{}", ((hit, after) for hit, _, after in hits))
    return format_html("{}{}", before, marks)
