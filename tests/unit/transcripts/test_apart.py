"""Reading in a process of its own: what it may take of time and memory, and what it gets to know."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coaching.transcripts import apart
from coaching.transcripts.apart import BROKE_OFF, TOO_LONG, read_apart
from coaching.transcripts.shapes import Reading, TranscriptError
from tests.unit.transcripts.hostile_files import MENDED, REFUSED

ENORMOUS = [
    "a byte too many",
    "ten megabytes of one line",
    "ten megabytes of lines",
    "megabytes of JSON that break off",
    "JSON nested without end",
    "a bomb",
    "a bomb that lies",
    "ten thousand files",
]


def test_it_gives_back_what_reading_gives() -> None:
    reading = asyncio.run(read_apart(MENDED["two voices in a cue"].content()))

    assert isinstance(reading, Reading)
    assert reading.format == "vtt"
    assert [(each.speaker, each.text, each.starts_ms) for each in reading.said] == [
        ("Ana", "Hi.", 1_000),
        ("Tom", "Ho & hey.", 1_000),
    ]


def test_it_gives_back_the_reason_with_its_line() -> None:
    with pytest.raises(TranscriptError) as refusal:
        asyncio.run(read_apart(REFUSED["an end that is none"].content()))

    assert (refusal.value.line, "no time" in refusal.value.words) == (4, True)


@pytest.mark.parametrize("name", ENORMOUS)
def test_enormous_files_stay_within_the_memory_that_reading_may_take(name: str) -> None:
    with pytest.raises(TranscriptError) as refusal:
        asyncio.run(read_apart(REFUSED[name].content()))

    assert REFUSED[name].words in refusal.value.words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import sys; sys.stdin.buffer.read(); x = bytearray(2 ** 40)", BROKE_OFF),
        ("import time; time.sleep(60)", TOO_LONG),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", TOO_LONG),
        ("raise SystemExit(3)", BROKE_OFF),
        ("print('no json')", BROKE_OFF),
    ],
    ids=["memory", "clock", "processor", "crash", "nonsense"],
)
def test_whatever_happens_to_the_process_the_coach_reads_a_sentence(
    body: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "coaching" / "transcripts"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text(body)
    monkeypatch.setattr(apart, "ROOT", tmp_path)

    with pytest.raises(TranscriptError) as refusal:
        asyncio.run(read_apart(b"Ana: Hi", seconds=3.0))

    assert refusal.value.words == words


def test_it_learns_no_secret_and_can_write_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "coaching" / "transcripts"
    package.mkdir(parents=True)
    monkeypatch.setenv("SECRET_KEY", "not-for-parsers")
    (package / "__main__.py").write_text(
        "import json, os, sys\n"
        "said = [['', json.dumps(dict(os.environ)), None, None], ['', ' '.join(sys.path), None, None]]\n"
        "print(json.dumps({'format': 'txt', 'remarks': [], 'said': said}))\n"
    )
    monkeypatch.setattr(apart, "ROOT", tmp_path)

    environment, path = (each.text for each in asyncio.run(read_apart(b"Ana: Hi")).said)

    assert set(json.loads(environment)) <= {"PATH", "LC_CTYPE"}
    assert "site-packages" not in path


def test_its_limits_are_set_before_it_looks_at_the_file(tmp_path: Path) -> None:
    script = (
        "import resource\n"
        "from coaching.transcripts import __main__ as reader\n"
        "reader._limit()\n"
        "print([resource.getrlimit(getattr(resource, name))[0] for name in"
        " ('RLIMIT_CPU', 'RLIMIT_AS', 'RLIMIT_FSIZE', 'RLIMIT_CORE')])\n"
        "try: open('there', 'wb', buffering=0).write(b'x')\n"
        "except OSError as error: print('cannot write')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PATH": os.defpath, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "[20, 536870912, 0, 0]" in done.stdout
    assert "cannot write" in done.stdout


def test_a_reading_that_is_not_wanted_any_more_ends_with_its_process() -> None:
    async def cancel() -> int:
        before = set(_children())
        reading = asyncio.create_task(read_apart(b"Ana: Hi\n" * 20_000))
        await asyncio.sleep(0.2)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        return len(set(_children()) - before)

    assert asyncio.run(cancel()) == 0


def _children() -> list[str]:
    return (Path("/proc/self/task") / str(os.getpid()) / "children").read_text().split()
