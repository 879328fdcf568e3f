"""What the offline model says about clients and sessions: only what stands in its context. Pure."""

import re
from dataclasses import replace

from companion.engine.backends.reading import Client, Reading
from companion.engine.backends.variety import spoken
from companion.engine.personality import TITLES
from companion.engine.response import (
    CompanionResponse,
    ContextHint,
    MicroInteraction,
    PageKind,
    PanelUpdate,
)
from companion.engine.words import terms

_PREPARE = spoken(r"\b(prepare|prep|brief me|get me ready|ready for)\b")
_DEBRIEF = spoken(r"\b(debrief|just (finished|had|came out of)|how did (it|the session) go|session went)\b")
_NOTE = re.compile(r"^- [^:]+: your note of (?P<day>[^“]+) “(?P<words>.*)” \(you, your notes\)$")
"""A note as the context quotes it. Whose it is stands above the list already."""
_ABOUT_ME = spoken(r"\babout (me|my (work|practice|coaching))\b")
_ROSTER = spoken(r"\b(my|all|which|list|show)\b.{0,20}\bclients\b|^\W*clients\W*$")
_DIARY = spoken(r"\b(today|tomorrow|this week|diary|calendar|next session|upcoming|what.?s on|my sessions)\b")

_PAGE = spoken(
    r"^\W*(?:please )?(?:open|show|pull up)\b.{0,60}\b(?P<page>page|profile|observations|session|calendar)\b"
)

LOCKED = "That opens once we have got to know each other; it takes a few minutes. Shall we begin?"
MOST_LINES = 6
MOST_PROMISES = 4
MOST_BEARING = 2
_ASKING = frozenset(terms("say said tell told mention mentioned know talk talked speak spoke think ask"))
"""Words of the question itself, which bear on nothing."""
NOTE_LENGTH = 260
"""Characters of a note that is told: its beginning, for the whole of it is a click away."""
_PROMISE = spoken(
    r"\b(agreed|promised?|next time|will (write|send|ask|try|open|keep|call|bring)|for two weeks)\b"
)
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


def preparation(reading: Reading) -> CompanionResponse | None:
    """Prepare the client whom the message names, or ask which."""
    if not _PREPARE.search(reading.message):
        return None
    if not reading.unlocked:
        return CompanionResponse(chat_message=LOCKED)
    client = reading.mentioned() or _session_spoken_of(reading)
    return prepare(reading, client) if client else _which(reading)


def prepare(reading: Reading, client: Client) -> CompanionResponse:
    """Say what is on record for a client before a session."""
    facts = known_about(reading, client)
    goal, last, coming = client.detail("goal"), client.detail("last"), client.detail("next")
    lines = [f"**{client.name}**" + (f", next session {coming}" if coming else ", no session in the diary")]
    lines += [f"- Working towards: {goal}"] if goal else []
    lines += [f"- Last session: {last}"] if last else []
    lines += _agreed(reading, client)
    lines += facts[:MOST_LINES]
    if not facts:
        lines.append("- I hold no remembered words about them yet.")
    closing = "Is there something that you want to watch for this time?"
    session = next((each for each in reading.sessions if client.name in each.what), None)
    return CompanionResponse(
        chat_message="\n".join(lines) + f"\n\n{closing}",
        panel_updates=[PanelUpdate(panel="main", kind="client", ref=client.ref)],
        context_hint=ContextHint(
            mode="pre_session", client_ref=client.ref, session_ref=session.ref if session else ""
        ),
    )


def tell(reading: Reading, client: Client) -> CompanionResponse:
    """Say what is known about a client."""
    facts = known_about(reading, client)
    panels = [PanelUpdate(panel="main", kind="client", ref=client.ref)]
    if not facts:
        goal = client.detail("goal")
        words = f"Of {client.first_name} I know only what is in your list: {goal or client.rest}."
        return CompanionResponse(
            chat_message=f"{words} Tell me more and I will keep it.", panel_updates=panels
        )
    body = "\n".join(facts[:MOST_LINES])
    return CompanionResponse(
        chat_message=f"This is what I hold about {client.first_name}, with where it comes from:\n\n{body}",
        panel_updates=panels,
    )


def tell_about_coach(reading: Reading) -> CompanionResponse:
    """Say what was recalled, as it stands. Notes on clients are told when a client is named."""
    known = [line for line in reading.known if not _NOTE.match(line)]
    learnt = reading.layers.get(TITLES["coach_knowledge"]) if _ABOUT_ME.search(reading.message) else ""
    if learnt and not known:
        return CompanionResponse(chat_message=f"This is what I have learnt about you so far:\n\n{learnt}")
    if not known:
        return CompanionResponse(
            chat_message="I find nothing about that in what I know. I would rather say so than guess."
        )
    body = "\n".join(known[:MOST_LINES])
    return CompanionResponse(chat_message=f"Here is what I have, with where it comes from:\n\n{body}")


def bearing_on(reading: Reading) -> CompanionResponse | None:
    """Answer a question with what shares a word with it: memory may hold much that does not bear on it."""
    asked = set(terms(reading.message))
    known = [line for line in reading.known if asked & set(terms(line)) and not _NOTE.match(line)]
    return tell_about_coach(replace(reading, known=tuple(known))) if known else None


def offer(reading: Reading, client: Client, *, is_question: bool) -> CompanionResponse:
    """Answer a message that names a client but asks nothing that the rules know."""
    facts, name = _bearing_on(reading, client), client.first_name
    if is_question and facts:
        lead = f"I cannot judge that by rule. What I hold about {name} that may bear on it:\n\n{facts}\n\n"
    elif is_question:
        lead = f"I find nothing about that in what I know of {name}, and I would rather not guess. "
    else:
        lead = f"Tell me a little more about {name} if you like, or choose one of these. "
    return CompanionResponse(
        chat_message=f"{lead}What would help you just now?",
        question=MicroInteraction(
            kind="choice",
            prompt=f"What would help with {client.first_name}?",
            options=[
                f"Prepare {client.name}",
                f"What do you know about {client.name}?",
                f"Draft a nudge to {client.name}",
            ],
        ),
    )


def _bearing_on(reading: Reading, client: Client) -> str:
    """Find the few lines about a client that share most words with the question; none that shares no word."""
    asked = set(terms(reading.message)) - set(terms(client.name)) - _ASKING
    facts = [(len(asked & set(terms(line))), line) for line in known_about(reading, client)]
    best = max((shared for shared, _ in facts), default=0)
    return "\n".join([line for shared, line in facts if best and shared == best][:MOST_BEARING])


def debrief(reading: Reading) -> CompanionResponse | None:
    """Begin looking back on a session."""
    if not _DEBRIEF.search(reading.message):
        return None
    if not reading.unlocked:
        return CompanionResponse(chat_message=LOCKED)
    client = reading.mentioned()
    whom = f" with {client.first_name}" if client else ""
    return CompanionResponse(
        chat_message=f"While it is fresh: how did the session{whom} go for you, from 0 to 10?",
        question=MicroInteraction(kind="rating", prompt=f"The session{whom}"),
        context_hint=ContextHint(mode="post_session", client_ref=client.ref if client else ""),
    )


def page(reading: Reading) -> CompanionResponse | None:
    """Open a whole page beside the conversation: a client's, what was observed, a session, the calendar."""
    if not (asked := _PAGE.search(reading.message)):
        return None
    if asked["page"].casefold() == "calendar":
        return _opened("your sessions", PanelUpdate(panel="page", kind="calendar"))
    if not (client := reading.mentioned()):
        return CompanionResponse(chat_message="Whose? Give me a name from your list and I will open it.")
    if asked["page"].casefold() == "session":
        return _opened_session(reading, client)
    kind: PageKind = "observations" if asked["page"].casefold() == "observations" else "client"
    what = "what you kept about" if kind == "observations" else "the page of"
    return _opened(f"{what} {client.first_name}", PanelUpdate(panel="page", kind=kind, ref=client.ref))


def _opened_session(reading: Reading, client: Client) -> CompanionResponse:
    session = next((each for each in reading.sessions if client.name in each.what), None)
    if session is None:
        words = f"I see no session with {client.first_name} near today."
        return CompanionResponse(chat_message=f"{words} Their page lists all of them.")
    wish = PanelUpdate(panel="page", kind="session", ref=session.ref)
    return _opened(f"{session.what}, {session.starts}", wish)


def _opened(what: str, wish: PanelUpdate) -> CompanionResponse:
    return CompanionResponse(chat_message=f"Here is {what}.", panel_updates=[wish])


def roster(reading: Reading) -> CompanionResponse | None:
    """List the clients."""
    if not _ROSTER.search(reading.message):
        return None
    if not reading.clients:
        return CompanionResponse(
            chat_message="There is nobody in your list yet. You can add the first client there."
        )
    lines = [f"- {client.name}" + _tail(client) for client in reading.clients]
    count = f"{len(lines)} clients" if len(lines) != 1 else "one client"
    return CompanionResponse(chat_message=f"You have {count} in your list:\n\n" + "\n".join(lines))


def diary(reading: Reading) -> CompanionResponse | None:
    """List the sessions that are near."""
    if not _DIARY.search(reading.message):
        return None
    coming = [each for each in reading.sessions if each.status == "scheduled"]
    if not coming:
        return CompanionResponse(chat_message="I see no session coming up in your diary.")
    lines = [f"- {each.starts}: {each.what}" for each in coming[:MOST_LINES]]
    return CompanionResponse(
        chat_message="Coming up:\n\n" + "\n".join(lines),
        panel_updates=[PanelUpdate(panel="secondary", kind="calendar")],
    )


def known_about(reading: Reading, client: Client) -> list[str]:
    """Find the lines that speak of a client: recalled facts, and the blocks that are about them."""
    name = client.first_name.casefold()
    lines = [line for line in reading.known if name in line.casefold()]
    for _, source, text in reading.blocks:
        if name in source.casefold():
            lines += [
                line if line.startswith("- ") else f"- {line}" for line in text.splitlines() if line.strip()
            ]
    return [_plain(line) for line in dict.fromkeys(lines)]


def _agreed(reading: Reading, client: Client) -> list[str]:
    """Quote the sentences in the notes that speak of what was agreed or promised, newest note first."""
    name = client.first_name.casefold()
    found = [note for note in map(_NOTE.match, reading.known) if note and name in note[0].casefold()]
    return [
        f"- Agreed or promised, {note['day']}: “{sentence.strip()}”"
        for note in found
        for sentence in _SENTENCE_END.split(note["words"])
        if _PROMISE.search(sentence)
    ][:MOST_PROMISES]


def _plain(line: str) -> str:
    note = _NOTE.match(line)
    return f"- Your note of {note['day']}: “{_beginning(note['words'])}”" if note else line


def _beginning(words: str) -> str:
    """Give the first sentences of a note, never half of one."""
    if len(words) <= NOTE_LENGTH:
        return words
    kept = words[:NOTE_LENGTH]
    cut = max(kept.rfind(mark) for mark in (". ", "? ", "! ")) + 1
    return f"{kept[: cut or NOTE_LENGTH].rstrip()} …"


def _session_spoken_of(reading: Reading) -> Client | None:
    """Take the client of the next session when the message speaks of it without a name."""
    return next_client(reading) if spoken(r"\bnext\b|\bsession\b").search(reading.message) else None


def next_client(reading: Reading) -> Client | None:
    """Find the client of the next session."""
    for session in reading.sessions:
        for client in reading.clients:
            if session.status == "scheduled" and client.name in session.what:
                return client
    return None


def _which(reading: Reading) -> CompanionResponse:
    if not reading.clients:
        return CompanionResponse(
            chat_message="There is nobody in your list yet, so I have nobody to prepare."
        )
    options = [f"Prepare {client.name}" for client in reading.clients[:5]]
    ask = MicroInteraction(kind="choice", prompt="Whom shall I prepare?", options=options)
    if len(options) < 2:
        return prepare(reading, reading.clients[0])
    return CompanionResponse(chat_message="Gladly. Whom shall I prepare?", question=ask)


def _tail(client: Client) -> str:
    coming = client.detail("next")
    return f", next session {coming}" if coming else f", {client.rest.split(';')[0]}"
