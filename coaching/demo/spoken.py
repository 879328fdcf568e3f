"""Bring the transcripts of the demo's sessions, as a meeting tool would have written them."""

from datetime import timedelta
from pathlib import Path

from coaching.actions import transcripts
from coaching.actions.transcripts import File
from coaching.models import CoachingSession, Speaker, User
from coaching.transcripts.reading import read

TALKS = Path(__file__).parent / "talks"
FIRST_MS, WORD_MS, PAUSE_MS = 9_000, 370, 900
"""When the talk begins, how long a word takes, and how long one waits for the other."""


def bring(talk: str, session: CoachingSession, *, by: User) -> None:
    """Bring this talk to its session on the evening after it, read, with who is who."""
    content = captions((TALKS / f"{talk}.txt").read_text("utf-8")).encode()
    evening = session.ends_at + timedelta(minutes=50)
    file = File(name=f"{session.starts_at:%Y-%m-%d} {talk.replace('_', ' ')}.vtt", content=content)
    coming = transcripts.receive(session=session, file=file, by=by, now=evening)
    kept = transcripts.keep_reading(transcript=coming, reading=read(content), now=evening)
    speakers = Speaker.objects.filter(transcript=kept)
    roles = {each.number: Speaker.Role(each.role) for each in speakers}
    transcripts.name_speakers(transcript=kept, roles=roles, by=by, now=evening)


def captions(text: str) -> str:
    """Write "Name: words" lines as WebVTT, each for as long as it takes to say."""
    cues, at = [], FIRST_MS
    for line in text.splitlines():
        name, _, words = line.partition(": ")
        until = at + WORD_MS * len(words.split())
        cues.append(f"{_clock(at)} --> {_clock(until)}\n<v {name}>{words}\n")
        at = until + PAUSE_MS
    return "\n".join(["WEBVTT\n", *cues])


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1_000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
