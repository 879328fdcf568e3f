"""What the offline model says once coach and companion know each other: by rule, and saying so. Pure."""

from collections.abc import Callable

from companion.engine.backends import arrangements, hear, keeping, people
from companion.engine.backends.reading import Client, Reading
from companion.engine.backends.variety import pick
from companion.engine.response import (
    CompanionResponse,
    MicroInteraction,
)
from companion.engine.words import normal

_CANNOT = (
    (
        "No AI model is connected, so I work by simple rules and cannot judge that one. I can prepare a "
        "client from your notes, remember things, propose a schedule or draft a nudge."
    ),
    (
        "That is beyond my simple rules; with an AI model connected I could think along. Just now I can look "
        "things up, remember, schedule and draft."
    ),
    "I would be guessing, and I would rather not. Ask me about a client, or tell me something to remember.",
)
_HEARD = (
    "I hear you. If that should last, begin with “remember that” and I will keep it in your words.",
    "Thank you for telling me. Say “remember that …” and it stays with me.",
    "Noted for this conversation. If it should stay longer, tell me to remember it.",
)

Rule = Callable[[Reading], CompanionResponse | None]


def reply(reading: Reading) -> CompanionResponse:
    """Answer one message: the first rule that has something to say."""
    for rule in RULES:
        if answer := rule(reading):
            return answer
    return _otherwise(reading)


def _danger(reading: Reading) -> CompanionResponse | None:
    if not hear.DANGER.search(reading.message):
        return None
    return _say(
        "This sounds serious, and it needs a person now, not me. If someone may be in "
        "danger, please call the "
        "emergency number where they are, or stay with them until help is there. I am "
        "doing nothing else here."
    )


def _greeting(reading: Reading) -> CompanionResponse | None:
    if reading.message and not hear.GREETING.search(reading.message):
        return None
    part = "morning" if reading.hour < 12 else "afternoon" if reading.hour < 18 else "evening"
    name = f", {reading.coach_name.split()[0]}" if reading.coach_name else ""
    coming = [each for each in reading.sessions if each.status == "scheduled"]
    if not coming or not reading.unlocked:
        return _say(f"Good {part}{name}. What is on your mind?")
    first = coming[0]
    names = [client.name for client in reading.clients if client.name in first.what]
    ask = MicroInteraction(
        kind="choice",
        prompt="Where shall we begin?",
        options=[*(f"Prepare {name}" for name in names[:1]), "What is on this week?", "Something else"],
    )
    return CompanionResponse(
        chat_message=f"Good {part}{name}. Next in your diary: {first.what}, {first.starts}. "
        f"Where shall we begin?",
        question=ask,
    )


def _how_are_you(reading: Reading) -> CompanionResponse | None:
    if not hear.HOW_ARE_YOU.search(reading.message) or reading.mentioned():
        return None
    return _say("A piece of software, so the same as ever. And you, how is your day?")


def _thanks(reading: Reading) -> CompanionResponse | None:
    if not hear.THANKS.search(reading.message):
        return None
    return _say(pick(("You are welcome.", "Gladly.", "Any time."), reading.message, reading.turns))


def _open(reading: Reading) -> CompanionResponse | None:
    if not hear.OPEN.search(reading.message):
        return None
    return _say("All right. What is on your mind?")


def _hard(reading: Reading) -> CompanionResponse | None:
    if not hear.HARD.search(reading.message) or reading.mentioned():
        return None
    words = (
        "I am sorry, that sounds like a lot. Put it down here if it helps.",
        "That sounds hard. We can leave the work where it is for a moment, or look at just the next thing.",
    )
    return _say(pick(words, reading.message, reading.turns))


def _criticism(reading: Reading) -> CompanionResponse | None:
    """Take harsh words as they are, and offer one thing that rules can do."""
    if not hear.CRITICISM.search(reading.message):
        return None
    said_plainly = (
        "That is fair to say, and I would rather know. I work by simple rules here, so I miss things.",
        "Understood. By simple rules I miss a good deal, and I will not argue with that.",
    )
    fair = pick(said_plainly, "", reading.turns)
    client = reading.mentioned() or people.next_client(reading)
    if client is None or not reading.unlocked:
        return _say(f"{fair} Tell me one thing that you need today, and I will do that or say that I cannot.")
    return _say(
        f"{fair} One thing I can do well: say “prepare {client.first_name}”, and you get what is on "
        "record, with the words it rests on."
    )


def _ability(reading: Reading) -> CompanionResponse | None:
    if not hear.ABILITY.search(reading.message):
        return None
    can = (
        "I am your companion, a piece of software. No AI model is connected just now, so I "
        "work by simple rules. "
        "That is enough to:\n\n- prepare a client from what is on record, with the words it rests on\n"
        "- remember what you tell me, and say what I know\n"
        "- put a schedule on a card, which does not run yet\n"
        "- draft a nudge, which you send yourself\n- keep your wishes about how we work\n\n"
        "Judging, summarising and finding words of my own need a model."
    )
    return _say(
        can if reading.unlocked else f"{can}\n\nMost of it opens once we have got to know each other."
    )


def _rating(reading: Reading) -> CompanionResponse | None:
    found = hear.RATING.match(reading.message)
    if not found:
        return None
    score = int(found[1])
    words = (
        "That sounds like a good one."
        if score > 6
        else "A mixed one, then."
        if score > 3
        else "A hard one, then."
    )
    return CompanionResponse(
        chat_message=f"{words} What is the one thing you would not want to lose from it?",
        question=MicroInteraction(
            kind="quick_capture", prompt="One thing worth keeping (begin with “remember that”)"
        ),
    )


def _yes_no(reading: Reading) -> CompanionResponse | None:
    found = hear.YES_NO.match(reading.message)
    if not found:
        return None
    if normal(found[1]) in {"no", "nope", "not now"}:
        return _say("All right, we leave it.")
    if client := _client_in(reading.last_reply, reading):
        return people.prepare(reading, client)
    return _say("Good. Tell me a little more and I will see what I can do.")


def _client_in(text: str, reading: Reading) -> Client | None:
    named = [each for each in reading.clients if each.first_name in text]
    return named[0] if len(named) == 1 else None


def _recall(reading: Reading) -> CompanionResponse | None:
    if not hear.RECALL.search(reading.message):
        return None
    client = reading.mentioned()
    return people.tell(reading, client) if client else people.tell_about_coach(reading)


def _otherwise(reading: Reading) -> CompanionResponse:
    client = reading.mentioned()
    is_question = bool(hear.QUESTION.search(reading.message))
    if client and reading.unlocked:
        return people.offer(reading, client, is_question=is_question)
    if is_question and (told := people.bearing_on(reading)):
        return told
    return _say(pick(_CANNOT if is_question else _HEARD, reading.message, reading.turns))


def _say(words: str) -> CompanionResponse:
    return CompanionResponse(chat_message=words)


RULES: tuple[Rule, ...] = (
    _danger,
    _greeting,
    _how_are_you,
    _thanks,
    _open,
    _criticism,
    _rating,
    _yes_no,
    _ability,
    arrangements.draft,
    _recall,
    keeping.remember,
    keeping.corrected,
    keeping.forget,
    arrangements.schedule,
    keeping.rule,
    keeping.style,
    people.page,
    people.preparation,
    people.debrief,
    people.roster,
    people.diary,
    _hard,
)
"""In order: the more certain before the wider."""
