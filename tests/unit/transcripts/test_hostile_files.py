"""Broken, hostile and enormous files: each gets a clear word, and nothing else happens."""

import pytest

from coaching.transcripts.reading import read
from coaching.transcripts.shapes import MAX_UTTERANCE, TranscriptError
from tests.unit.transcripts.hostile_files import MENDED, REFUSED, Mended, Refused


def test_there_are_enough_of_them() -> None:
    assert len(REFUSED) + len(MENDED) >= 60


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_it_says_what_is_wrong_and_where(case: Refused) -> None:
    with pytest.raises(TranscriptError) as refusal:
        read(case.content())

    assert case.words in refusal.value.words
    assert refusal.value.line == case.line
    assert len(refusal.value.words) < 250
    assert refusal.value.words.isprintable()
    if case.line:
        assert f"ine {case.line}" in refusal.value.words


@pytest.mark.parametrize("case", MENDED.values(), ids=MENDED)
def test_it_reads_what_can_be_read_and_says_what_it_did(case: Mended) -> None:
    reading = read(case.content())

    if isinstance(case.said, int):
        assert len(reading.said) == case.said
    else:
        assert [(each.speaker, each.text) for each in reading.said] == case.said
    assert max(len(each.text) for each in reading.said) <= MAX_UTTERANCE
    assert case.remark in " ".join(reading.remarks)
    assert bool(reading.remarks) == bool(case.remark)
