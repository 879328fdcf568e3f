"""What the offline model keeps: facts, wishes about the work, and about how it sounds. Pure."""

from companion.engine.backends import hear
from companion.engine.backends.reading import Reading
from companion.engine.memory import label_long
from companion.engine.personality import TITLES
from companion.engine.response import CompanionResponse, MemoryUpdate, PanelUpdate, PersonalityUpdate

LONGEST_FACT = 480
"""Characters: a statement may have a few more, and casing and a full stop add to it."""


def remember(reading: Reading) -> CompanionResponse | None:
    """Keep what the coach asks to be remembered, in their words."""
    found = hear.REMEMBER.search(reading.message)
    if not found or reading.message.rstrip().endswith("?"):
        return None
    return _kept(found["what"].strip(), reading)


def _kept(words: str, reading: Reading, *, lead: str = "") -> CompanionResponse:
    what = words[:LONGEST_FACT]
    client = reading.mentioned()
    whose = (
        f"with what I know about {client.first_name}"
        if client
        else "with what I know about you and your work"
    )
    fact = MemoryUpdate(
        action="remember",
        about="client" if client else "coach",
        client_ref=client.ref if client else "",
        statement=what[0].upper() + what[1:].rstrip(".") + ".",
        quote=what,
        importance=3,
    )
    return CompanionResponse(
        chat_message=f"{lead} I will keep that, {whose}: “{label_long(what, 160)}”".strip(),
        memory_updates=[fact],
    )


def corrected(reading: Reading) -> CompanionResponse | None:
    """Keep a fact that the coach puts right; code closes the one that it makes untrue."""
    found = hear.CORRECTED.search(reading.message)
    if not found or reading.message.rstrip().endswith("?"):
        return None
    return _kept(found["what"].strip(), reading, lead="Thank you for putting that right.")


def forget(reading: Reading) -> CompanionResponse | None:
    """Show where the coach can take out what should go."""
    if not hear.FORGET.search(reading.message):
        return None
    return CompanionResponse(
        chat_message=(
            "What I know is in the panel beside us. Take out there what should go; I do "
            "not delete by guesswork, "
            "and what you remove is gone from everything I read."
        ),
        panel_updates=[PanelUpdate(panel="main", kind="memory")],
    )


def rule(reading: Reading) -> CompanionResponse | None:
    """Take a standing wish about the work into coach_knowledge, which may be written with an undo."""
    if not hear.RULE.search(reading.message):
        return None
    known = reading.layers.get(TITLES["coach_knowledge"], "")
    wish = label_long(reading.message, 500)
    update = PersonalityUpdate(
        layer="coach_knowledge",
        text=f"{known}\n- The coach's wish: “{wish}”".strip(),
        reason="You asked for it to hold from now on.",
        quote=wish,
    )
    return CompanionResponse(
        chat_message="That holds from now on. I have added it to what I know about your "
        "work; you can undo it there.",
        personality_updates=[update],
    )


def style(reading: Reading) -> CompanionResponse | None:
    """Put a wish about how I sound on a card: that is the coach's to confirm."""
    if not hear.STYLE.search(reading.message) or len(reading.message) > 300:
        return None
    known = reading.layers.get(TITLES["identity"], "I am the coach's companion, an AI colleague.")
    update = PersonalityUpdate(
        layer="identity",
        text=f"{known}\nOn how I sound, the coach also said: “{label_long(reading.message)}”",
        reason="You told me how you would like me to sound.",
        quote=reading.message[:600],
    )
    return CompanionResponse(
        chat_message="Happy to. That is part of who I am, so I have put the new wording on "
        "a card for your yes.",
        personality_updates=[update],
    )
