"""What the offline model proposes to do later, or to write to a client; all of it waits. Pure."""

from companion.engine.backends.people import LOCKED
from companion.engine.backends.reading import Client, Reading
from companion.engine.backends.variety import spoken
from companion.engine.memory import label_long
from companion.engine.response import CompanionResponse, MicroInteraction, NudgeDraft, ScheduleUpdate

_DRAFT = spoken(
    r"^\W*draft\b|\b(draft|nudge|drop|send)\b.{0,40}\b(nudge|message|note|line|e?-?mail"
    r"|to)\b|\bwrite to\b|\bnudge\b|\bcheck in (with|on)\b"
)
_ASK = spoken(r"\bask (?:(?:her|him|them) )?(?P<what>(?:how|whether|if|when|what) .{4,})")
_POSSESSIVE = spoken(r"\b(her|his|their)\b")
_SUBJECT = spoken(r"\b(she|he|they|him|them)\b")
_ABOUT = spoken(r"\b(?:about|asking|to ask|saying|to say|that)\s+(?P<what>.{4,})")
_SCHEDULE = spoken(
    r"\bremind me\b|\bschedule\b|\b(every|each) (day|week|morning|evening"
    r"|month|\w+day)\b|\bbefore each session\b"
)
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAY = spoken(rf"\b({'|'.join(_DAYS)})s?\b")
_CLOCK = spoken(r"\b(?:at|by)?\s*(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>am|pm)?\b")
_TASK = spoken(r"\b(?:to|for|about)\s+(?P<what>(?!each\b|every\b|\d).{4,})")
_WEEKDAYS = spoken(r"\b(weekday|working day|workday)")


def draft(reading: Reading) -> CompanionResponse | None:
    """Draft a message to the client whom the coach names."""
    if not _DRAFT.search(reading.message) or spoken(r"\bremind me\b").search(reading.message):
        return None
    if not reading.unlocked:
        return CompanionResponse(chat_message=LOCKED)
    client = reading.mentioned()
    if client is None:
        return _to_whom(reading)
    nudge = NudgeDraft(
        client_ref=client.ref,
        subject="A short hello before we meet again",
        body=_body(client, reading),
        why=f"You asked for it: “{label_long(reading.message, 300)}”",
    )
    return CompanionResponse(
        chat_message=(
            f"I have drafted a few lines to {client.first_name}. Change them as you like, then copy and send "
            "them your own way; I send nothing."
        ),
        nudge_drafts=[nudge],
    )


def _body(client: Client, reading: Reading) -> str:
    about = _ABOUT.search(reading.message)
    goal = client.detail("goal")
    if asked := _ASK.search(reading.message):
        middle = f"I wanted to ask {_to_the_client(asked['what'])}."
    elif about:
        middle = f"I wanted to ask about {_to_the_client(about['what'])}."
    elif goal:
        middle = (
            f"I was thinking of what you set out to do: {goal.rstrip('.')}. How has it been since we spoke?"
        )
    else:
        middle = "How have things been since we last spoke?"
    signature = f"\n\n{reading.coach_name.split()[0]}" if reading.coach_name else ""
    return (
        f"Hello {client.first_name},\n\n{middle} A line or two is plenty, whenever it suits you.{signature}"
    )


def _to_the_client(words: str) -> str:
    """Turn words about somebody into words to them, where that is safe without knowing grammar."""
    words = words.strip().rstrip(".?")
    return words if _SUBJECT.search(words) else _POSSESSIVE.sub("your", words)


def _to_whom(reading: Reading) -> CompanionResponse:
    options = [f"Draft a nudge to {client.name}" for client in reading.clients[:5]]
    if len(options) < 2:
        return CompanionResponse(chat_message="To whom? Name a client from your list and I will draft it.")
    ask = MicroInteraction(kind="choice", prompt="To whom shall I write?", options=options)
    return CompanionResponse(chat_message="To whom shall I write?", question=ask)


def schedule(reading: Reading) -> CompanionResponse | None:
    """Propose a standing arrangement, or ask for what is missing."""
    if not _SCHEDULE.search(reading.message):
        return None
    if not reading.unlocked:
        return CompanionResponse(chat_message=LOCKED)
    client = reading.mentioned()
    task = _task(reading)
    if spoken(r"\bbefore (each|every|my|the) session").search(reading.message):
        update = ScheduleUpdate(
            action="create",
            kind="session",
            name="Before each session",
            when="-60",
            task=task,
            client_ref=client.ref if client else "",
        )
        return _proposed(update, "an hour before each session")
    rule = _cron(reading.message)
    if rule is None:
        return _when(task)
    cron, words = rule
    update = ScheduleUpdate(
        action="create",
        kind="recurring",
        name=label_long(task, 60),
        when=cron,
        task=task,
        client_ref=client.ref if client else "",
    )
    return _proposed(update, words)


def _when(task: str) -> CompanionResponse:
    leads = ("Every Monday at 8", "Every weekday at 8")
    options = [f"{lead} to {label_long(task, 70)}" for lead in leads]
    ask = MicroInteraction(kind="choice", prompt="When?", options=options)
    return CompanionResponse(chat_message="On which day, and at what time?", question=ask)


def _task(reading: Reading) -> str:
    found = _TASK.search(reading.message)
    return label_long((found["what"] if found else reading.message).strip(" ."), 300)


def _cron(said: str) -> tuple[str, str] | None:
    """Read a weekly or daily rule; the time is the morning where none is given."""
    clock = next((each for each in _CLOCK.finditer(said) if each["hour"]), None)
    hour = int(clock["hour"]) if clock else 8
    minute = int(clock["minute"] or 0) if clock else 0
    if clock and (clock["half"] or "").lower() == "pm" and hour < 12:
        hour += 12
    at = f"at {hour:02}:{minute:02}"
    day = _DAY.search(said)
    if day and spoken(r"\b(every|each)\b|days\b").search(said):
        return f"{minute} {hour} * * {_DAYS.index(day[1].lower())}", f"every {day[1].capitalize()} {at}"
    if _WEEKDAYS.search(said):
        return f"{minute} {hour} * * 1-5", f"every weekday {at}"
    if spoken(r"\b(every|each) (day|morning|evening)\b|\bdaily\b").search(said):
        return f"{minute} {hour} * * *", f"every day {at}"
    return None


def _proposed(update: ScheduleUpdate, when: str) -> CompanionResponse:
    return CompanionResponse(
        chat_message=(
            f"I suggest {when}: {update.task}. It is on a card; say there whether to keep it. "
            "I do not carry schedules out yet."
        ),
        schedule_updates=[update],
    )
