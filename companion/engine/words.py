"""How texts are compared: normalised, in terms, and by what must not be mixed up. Pure."""

import re
import unicodedata
from functools import lru_cache

WORD = re.compile("[^\\W_]+(?:['\u2019][^\\W_]+)*")
"""A word, apostrophes inside it included."""
_ADDRESS = re.compile(r"\S*(?:@|://|\w\.[^\W\d_]{2,})\S*")
_QUOTES = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
    }
)
_SMALL_TEXT = """
    a an and are as at be been but by can could did do does for from had has have he her him his how
    i if in into is it its just me my of on or our she so than that the their them then there they
    this to too up us was we were what when where which who why will with would you your about
"""
_SMALL = frozenset(_SMALL_TEXT.split())
_NEGATIONS_TEXT = """
    no not never none nobody nothing neither nor cannot can't won't don't doesn't didn't isn't
    aren't wasn't weren't hasn't haven't hadn't wouldn't shouldn't couldn't without stopped quit
"""
NEGATIONS = frozenset(_NEGATIONS_TEXT.split())
_NUMBER_WORDS_TEXT = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    twenty thirty forty fifty sixty seventy eighty ninety hundred thousand first second third once
    twice weekly fortnightly monthly daily half
"""
_NUMBER_WORDS = frozenset(_NUMBER_WORDS_TEXT.split())
_DATE_WORDS_TEXT = """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december today tomorrow yesterday spring summer autumn
    winter
"""
_DATE_WORDS = frozenset(_DATE_WORDS_TEXT.split())


def normal(text: str) -> str:
    """Fold case, spaces and typographic marks, so that a quote is found however it was typed."""
    # Most texts are plain, and for those all of it comes to small letters.
    plain = text.isascii()
    folded = text.lower() if plain else unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    return " ".join(folded.split())


def terms(text: str) -> list[str]:
    """Split into the words that carry meaning, in order, plural and possessive endings taken off."""
    return list(_kept_terms(text) if len(text) <= _SHORT else _terms(text))


def _terms(text: str) -> tuple[str, ...]:
    words = WORD.findall(normal(text))
    return tuple(_singular(word) for word in words if word.removesuffix("'s") not in _SMALL)


def _singular(word: str) -> str:
    """Take plural and possessive endings off, so that "fees" finds "fee" and "Mondays" is a Monday."""
    if not word.endswith("s"):
        return word
    bare = word.removesuffix("'s")
    if len(bare) > 4 and bare.endswith("ies"):
        return f"{bare[:-3]}y"
    if bare.endswith(("sses", "xes", "ches", "shes")):
        return bare[:-2]
    is_plural = len(bare) > 3 and bare.endswith("s") and not bare.endswith(("ss", "us", "is"))
    return bare[:-1] if is_plural else bare


def particulars(text: str) -> frozenset[str]:
    """
    Collect what two statements must share to be the same: numbers, dates, names and negation.

    A name is a capitalised word that does not begin the text.
    """
    return _kept_particulars(text) if len(text) <= _SHORT else _particulars(text)


def _particulars(text: str) -> frozenset[str]:
    words = WORD.findall(normal(text))
    found = {_singular(word) for word in words if _is_particular(word) or _is_particular(_singular(word))}
    for position, word in enumerate(WORD.findall(text)):
        if position and word[0].isupper() and word.casefold() not in _SMALL:
            found.add(_singular(normal(word)))
    return frozenset(found)


# What is compared with everything is taken apart once: a long session's claims make thousands of pairs.
_SHORT = 600
"""Characters of a text whose parts are kept; longer ones are compared with little."""
_kept_terms = lru_cache(maxsize=4_096)(_terms)
_kept_particulars = lru_cache(maxsize=4_096)(_particulars)


def addresses(text: str) -> frozenset[str]:
    """Collect what something could be sent to: mail and web addresses, however written."""
    return frozenset(found.strip(".,;:!?()[]<>\"'") for found in _ADDRESS.findall(normal(text)))


def _is_particular(word: str) -> bool:
    return any(char.isdigit() for char in word) or word in NEGATIONS | _NUMBER_WORDS | _DATE_WORDS
