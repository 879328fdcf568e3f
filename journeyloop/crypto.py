"""
Secrets at rest: sealed before they are stored, opened only where they belong.

A sealed text is `<key id>:<Fernet token>`. Inside stands, beside the secret, whose it is, in which field and
in which row; whoever opens it says where it was found, so a sealed text copied elsewhere stays shut.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from typing import NoReturn
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SHORTEST_KEY = 32
"""Characters of one of FIELD_ENCRYPTION_KEYS, which should be random."""


class UnreadableError(Exception):
    """A sealed text cannot be opened: its key is gone, it was changed, or it belongs elsewhere."""

    silent_variable_failure = True
    """Templates show nothing in its place."""


class Secret:
    """A text that shows itself only to `reveal()`: not when printed, logged, compared by eye or dumped."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text. Do not keep it."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a secret belongs."""

    owner: UUID
    """The coach's or the user's id."""
    field: str
    """Table and column, such as `mfa_authenticator.data`."""
    row: UUID | str

    def told(self) -> dict[str, str]:
        """Put it as it stands inside the envelope."""
        return {name: str(value) for name, value in asdict(self).items()}


def seal(secret: Secret, *, place: Place) -> str:
    """Encrypt it under the newest key."""
    return _encrypted(json.dumps({"place": place.told(), "text": secret.reveal()}))


def unseal(sealed: str, *, place: Place) -> Secret:
    """Open what was found in this place. Raises UnreadableError."""
    envelope = json.loads(_decrypted(sealed))
    if envelope["place"] != place.told():
        raise UnreadableError("this was sealed for another place")
    return Secret(envelope["text"])


def reseal(sealed: str) -> str:
    """Put it under the newest key; what is inside stays. Raises UnreadableError."""
    return sealed if is_newest(sealed) else _encrypted(_decrypted(sealed))


def is_newest(sealed: str) -> bool:
    """Say whether it is sealed under the newest key."""
    return key_id_of(sealed) == _ring().newest


def key_id_of(sealed: str) -> str:
    """Read under which key it is; empty for what is not sealed at all."""
    key_id, separator, _ = sealed.partition(":")
    return key_id if separator else ""


def _encrypted(text: str) -> str:
    ring = _ring()
    return f"{ring.newest}:{ring.fernet.encrypt(text.encode()).decode()}"


def _decrypted(sealed: str) -> str:
    try:
        return _ring().fernet.decrypt(sealed.partition(":")[2].encode()).decode()
    except InvalidToken:
        raise UnreadableError("no key opens this, or it was changed") from None


@dataclass(frozen=True, slots=True)
class _Ring:
    newest: str
    fernet: MultiFernet


def _ring() -> _Ring:
    return _ring_of(tuple(settings.FIELD_ENCRYPTION_KEYS))


@lru_cache(maxsize=2)
def _ring_of(keys: tuple[str, ...]) -> _Ring:
    derived = [_derived(key) for key in keys]
    return _Ring(sha256(derived[0]).hexdigest()[:8], MultiFernet([Fernet(key) for key in derived]))


def _derived(key: str) -> bytes:
    # Whatever a platform's generator makes is good enough a key, so it need not look like one.
    stretched = HKDF(SHA256(), length=32, salt=None, info=b"journeyloop fields").derive(key.encode())
    return urlsafe_b64encode(stretched)


# --- Changing keys --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Resealed:
    """What became of one batch of rows: under the newest key now, or opened by no key and left as it is."""

    done: int
    unreadable: int


_tables: dict[str, Callable[[int], Iterator[Resealed]]] = {}


def register(table: str, reseal_all: Callable[[int], Iterator[Resealed]]) -> None:
    """Let `manage.py rotate_keys` know of sealed texts. The function takes the size of a batch."""
    _tables[table] = reseal_all


def reseal_everything(*, batch: int) -> Iterator[tuple[str, Resealed]]:
    """Put all that is stored under the newest key, a transaction a batch: it may be cut off anywhere."""
    for table, reseal_all in _tables.items():
        yield from ((table, resealed) for resealed in reseal_all(batch))


def faults_of(keys: Sequence[str]) -> list[str]:
    """Say what is wrong with a list of keys, without repeating any of them."""
    if not keys:
        return ["there is none"]
    short = [
        f"key {number} has {len(key)} characters and needs {SHORTEST_KEY}"
        for number, key in enumerate(keys, start=1)
        if len(key) < SHORTEST_KEY
    ]
    return short + (["one stands there twice"] if len(set(keys)) < len(keys) else [])
