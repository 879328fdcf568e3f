"""
The numbers, dates and names in a claim: what a model must not make up, and what words bear them out. Pure.

A name is a capitalised word. At the beginning of a sentence it counts too, unless it is one of the words with
which the prompt asks sentences to begin, or the session itself writes it small somewhere.
"""

import re
from collections.abc import Iterable

from companion.engine.words import WORD, normal

_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_SENTENCE_STARTS = '.?!:;(\n"\u201c\u2018'
_UNITS_TEXT = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
"""
_UNITS = _UNITS_TEXT.split()
_TENS_TEXT = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = _TENS_TEXT.split()
_VALUES = {word: value for value, word in enumerate(_UNITS)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_AMOUNTS_TEXT = """
    hundred hundreds thousand thousands million millions dozen half twice thrice daily weekly
    fortnightly monthly yearly annually
"""
_AMOUNTS = frozenset(_AMOUNTS_TEXT.split())
_DAYS_TEXT = """
    monday tuesday wednesday thursday friday saturday sunday january february april june july august
    september october november december today tomorrow yesterday tonight spring summer autumn winter
    christmas easter
"""
_DAYS = frozenset(_DAYS_TEXT.split())
_CAPITAL_ONLY = frozenset({"march", "may"})
_RELATIVE = re.compile(r"\b(next|last|this|every|each) (week|weekend|month|year|morning|evening|night)s?\b")
_OPENERS_TEXT = """
    the a an client coach they their them he she his her it its this that these those there here when
    what how why who where which while after before during if for from in on at by with without about
    as and or but so not no nobody nothing everything something some many most several both neither
    each every one wants want feels sees says said asked asks plans plan hopes hope would will may
    might could can has have had is are was were does did being having getting going doing making
    taking finding keeping open left more less another other all any i you we
"""
_OPENERS = frozenset(_OPENERS_TEXT.split())
"""Words that begin a sentence without being anybody's name."""


def particulars(text: str, *, small: frozenset[str] = frozenset()) -> frozenset[str]:
    """
    Collect what a claim must not make up. `small` holds the words that the session writes without a capital.
    """
    return frozenset({*numbers(text), *_dates(text), *_names(text, small)})


def unsupported(text: str, *, words: Iterable[str], small: frozenset[str] = frozenset()) -> frozenset[str]:
    """List the particulars of a text that none of these words hold."""
    wanted = particulars(text, small=small)
    return wanted - supported(words) if wanted else wanted


def supported(words: Iterable[str]) -> frozenset[str]:
    """List every number, date and word that these texts hold, in the forms that `particulars` gives."""
    held: set[str] = set()
    for text in words:
        held |= {*numbers(text), *_dates(text)}
        held |= {_bare(word) for word in WORD.findall(normal(text))}
    return frozenset(held)


def small_words(texts: Iterable[str]) -> frozenset[str]:
    """List the words that are written without a capital."""
    return frozenset(word for text in texts for word in WORD.findall(text) if word[0].islower())


def numbers(text: str) -> frozenset[str]:
    """List the numbers, spelled-out ones as digits; a time of day also by its hour."""
    found = set()
    for digits in _DIGITS.findall(text):
        found.add(digits.replace(",", ""))
        if ":" in digits:
            found.add(digits.partition(":")[0].lstrip("0") or "0")
    return frozenset(found | _spelled([word for word in re.split(r"[\s-]+", normal(text)) if word]))


def _spelled(words: list[str]) -> set[str]:
    found: set[str] = set()
    tens = 0
    for word in (each.strip(".,;:!?\"'()“”") for each in words):
        if tens and word in _UNITS[1:10]:
            found.discard(str(tens))
            found.add(str(tens + _VALUES[word]))
        elif word in _VALUES and word != "one":
            found.add(str(_VALUES[word]))
        elif word in _AMOUNTS:
            found.add(word.removesuffix("s"))
        tens = _VALUES[word] if word in _TENS else 0
    return found


def _dates(text: str) -> frozenset[str]:
    folded = normal(text)
    found = {_bare(word) for word in WORD.findall(folded)} & _DAYS
    found |= {f"{which} {what}" for which, what in _RELATIVE.findall(folded)}
    for word in WORD.finditer(text):
        if word[0].istitle() and word[0].casefold() in _CAPITAL_ONLY and not _begins(text, word):
            found.add(word[0].casefold())
    return frozenset(found)


def _names(text: str, small: frozenset[str]) -> set[str]:
    return {_bare(normal(word[0])) for word in WORD.finditer(text) if _is_name(text, word, small)}


def _is_name(text: str, word: re.Match[str], small: frozenset[str]) -> bool:
    folded = normal(word[0])
    if word[0].islower() or folded == "i" or folded.startswith("i'"):
        return False
    if not any(char.isupper() for char in word[0]) or _bare(folded) in {"client", "coach"}:
        return False
    if word[0][0].isupper() and _begins(text, word):
        return folded not in _OPENERS and folded not in small
    return True


def _begins(text: str, word: re.Match[str]) -> bool:
    before = text[: word.start()].rstrip(" ")
    return not before or before[-1] in _SENTENCE_STARTS


def _bare(word: str) -> str:
    return word.removesuffix("'s")
