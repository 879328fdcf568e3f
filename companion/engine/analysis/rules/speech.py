"""Spoken words, sentence by sentence, as the rules look at them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from companion.engine.analysis.findings import Quote
from companion.engine.analysis.material import Role
from companion.engine.analysis.parts import Line
from companion.engine.analysis.talk import REMARK, SENTENCE
from companion.engine.words import normal, terms

LONGEST_QUOTE = 280
"""Characters; a longer sentence is quoted from its beginning."""
_EMPTY_TEXT = """
    like know think thing things stuff really kind kinda sort get got getting go going gone went want
    wanna gonna feel feeling felt lot time people way good make made making say said saying well right
    um uh mm mmh mhm hmm ah oh yeah yes okay ok don't i'm it's that's i've i'll you're they're there's
    something anything everything maybe little much even also see look looking try trying take taking
    come coming back day year week month need now then still always never sure guess mean actually
    pretty probably definitely basically literally two three four five first second last next bit whole
    wh th ha hey hi thank thanks great nice cool whatever else someone somebody anybody everybody
    another other same different doing done talk talking put keep keeping find start started let us
    can't won't didn't doesn't isn't wasn't couldn't wouldn't i'd you'd he's she's we're what's cause
    because just able again more most many every each been being gotta out over off down around away
    through after before during with without onto inside outside here there's wherever both else
    important nice used use using old new able easy hard big small high low real really fine cause
    tell told ask asked talking thought knew wanted needed liked like likes wants needs goes gets gone
    called call calling saying happen happened happening end ended part place point number idea
    ever yet already soon later today tomorrow now ago while since until although though however
    myself yourself himself herself themselves ourselves itself who's where's here's let's that'd
    one some very not no all any own fourth sixth half few ones once even--
    it'd i'd there'd who'd what'd how'd pick picked seem seems seemed sound sounds okay-- dunno
"""
EMPTY = frozenset(_EMPTY_TEXT.split())
"""Words that say nothing about what somebody talks about."""


@dataclass(frozen=True)
class Sentence:
    """One sentence of one utterance, letter for letter."""

    number: int
    role: Role
    text: str

    @cached_property
    def folded(self) -> str:
        """As it is compared."""
        return normal(self.text)

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """The words in it that carry meaning, in order."""
        return tuple(
            term for term in terms(REMARK.sub(" ", self.text)) if term not in EMPTY and len(term) > 2
        )

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Two such words that were said one right after the other."""
        said = [(terms(word) or [""])[0] for word in REMARK.sub(" . ", self.text).split()]
        meant = set(self.terms)
        return frozenset((one, two) for one, two in pairwise(said) if {one, two} <= meant and one != two)

    @property
    def length(self) -> int:
        """How many words it has."""
        return len(self.text.split())

    @property
    def is_question(self) -> bool:
        """Whether it asks."""
        return self.text.endswith("?")

    @property
    def quote(self) -> Quote:
        """The sentence as evidence, a very long one from its beginning."""
        return Quote(utterance=self.number, quote=beginning(self.text))

    def told(self, lead: str) -> str:
        """Put the sentence behind a phrase of ours."""
        return f"{lead}: “{beginning(self.text)}”"


def sentences(lines: Iterable[Line]) -> list[Sentence]:
    """Split what was said; what holds quotation marks of its own cannot be quoted plainly and is left out."""
    found = []
    for line in lines:
        for piece in SENTENCE.findall(line.text):
            text = piece.strip(" -\u2013\u2014\n")
            if any(char.isalnum() for char in text) and not set(text) & set('"\u201c\u201d'):
                found.append(Sentence(line.number, line.role, text))
    return found


def beginning(text: str) -> str:
    """Cut a long text after a whole word."""
    if len(text) <= LONGEST_QUOTE:
        return text
    return text[:LONGEST_QUOTE].rsplit(" ", 1)[0]


def of(role: Role, said: Sequence[Sentence]) -> list[Sentence]:
    """Keep what one speaker said."""
    return [sentence for sentence in said if sentence.role == role]
