"""Secrets at rest: sealed for one place, under a known key, and never shown by accident."""

import json
import pickle
from uuid import UUID, uuid4

import pytest

from journeyloop import crypto
from journeyloop.crypto import Place, Secret, UnreadableError

OLD, NEW = "the-old-key-0123456789-abcdefghijklmnop", "the-new-key-0123456789-abcdefghijklmnop"
ALICE, BOB = UUID(int=1), UUID(int=2)
PLACE = Place(owner=ALICE, field="table.token", row="1")
WORD = Secret("sesame-17")


def use(settings: object, *keys: str) -> None:
    settings.FIELD_ENCRYPTION_KEYS = list(keys)  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def old_key(settings: object) -> None:
    use(settings, OLD)


def test_what_was_sealed_opens_where_it_belongs() -> None:
    sealed = crypto.seal(WORD, place=PLACE)

    assert "sesame" not in sealed
    assert crypto.unseal(sealed, place=PLACE).reveal() == "sesame-17"


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place(owner=BOB, field="table.token", row="1"),
        Place(owner=ALICE, field="table.other", row="1"),
        Place(owner=ALICE, field="table.token", row=str(uuid4())),
    ],
)
def test_it_stays_shut_elsewhere(elsewhere: Place) -> None:
    sealed = crypto.seal(WORD, place=PLACE)

    with pytest.raises(UnreadableError, match="another place"):
        crypto.unseal(sealed, place=elsewhere)


def test_what_was_changed_stays_shut() -> None:
    sealed = crypto.seal(WORD, place=PLACE)

    for changed in (f"{sealed[:-4]}AAAA", "plain", ""):
        with pytest.raises(UnreadableError):
            crypto.unseal(changed, place=PLACE)


def test_a_new_key_seals_and_the_old_one_still_opens(settings: object) -> None:
    before = crypto.seal(WORD, place=PLACE)
    use(settings, NEW, OLD)
    after = crypto.seal(WORD, place=PLACE)

    assert crypto.key_id_of(before) != crypto.key_id_of(after)
    assert crypto.unseal(before, place=PLACE).reveal() == crypto.unseal(after, place=PLACE).reveal()


def test_resealing_needs_the_old_key_no_more(settings: object) -> None:
    before = crypto.seal(WORD, place=PLACE)
    use(settings, NEW, OLD)
    after = crypto.reseal(before)
    use(settings, NEW)

    assert crypto.is_newest(after)
    assert crypto.unseal(after, place=PLACE).reveal() == "sesame-17"
    with pytest.raises(UnreadableError):
        crypto.unseal(before, place=PLACE)


def test_resealing_twice_is_the_same_as_once() -> None:
    sealed = crypto.seal(WORD, place=PLACE)

    assert crypto.reseal(sealed) == sealed


def test_a_secret_shows_itself_to_nobody_by_accident() -> None:
    shown = [repr(WORD), str(WORD), f"{WORD}", f"{WORD!r}", json.dumps({"it": WORD}, default=str)]

    assert shown == ["***", "***", "***", "***", '{"it": "***"}']
    with pytest.raises(TypeError):
        json.dumps(WORD)
    with pytest.raises(TypeError):
        pickle.dumps(WORD)


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ([], "there is none"),
        (["short", OLD], "key 1 has 5 characters and needs 32"),
        ([OLD, OLD], "one stands there twice"),
    ],
)
def test_it_says_what_is_wrong_with_keys_without_repeating_them(keys: list[str], fault: str) -> None:
    assert crypto.faults_of(keys) == [fault]
    assert crypto.faults_of([NEW, OLD]) == []
