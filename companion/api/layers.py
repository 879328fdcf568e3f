"""Read the six layers as pages show them: what each is for, who may change it, how full it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from companion.engine.capabilities import LAYER_AUTHORITY, LAYERS, TOTAL_CAP, Authority
from companion.engine.diffs import Segment, has_changes, words
from companion.engine.response import LayerName
from companion.engine.tokens import OverBudgetError
from companion.models import CompanionPersonality, Layer, PersonalityVersion, Proposal
from journeyloop.tenancy.readings import Reading, read

NEAR = 0.85
"""From this share of its budget on, a layer counts as nearly full."""

VERSIONS_SHOWN = 100

PURPOSES: Mapping[LayerName, str] = {
    "soul": "What your companion stands for: what matters to it, how frank it is, what it never does.",
    "identity": "Who your companion is and how it sounds: its name, what it calls you, its tone.",
    "coach_knowledge": "What your companion knows of your work: whom you coach, how, and where it can help.",
    "instructions": "Standing rules that you give, in force in every conversation.",
    "environment": "The circumstances around your work: tools, places, working hours, how you bill.",
    "client_persona": "How your companion sounds towards clients. It reads this instead of the layers above.",
}

AUTHORITIES: Mapping[Authority, str] = {
    "propose": "The companion may suggest a text; it counts once you confirm it.",
    "write": "The companion keeps this up to date, tells you each time, and you can undo it.",
    "coach_only": "Only you write this.",
}
ICONS: Mapping[Authority, str] = {
    "propose": "icons/wand-sparkles.svg",
    "write": "icons/pencil.svg",
    "coach_only": "icons/lock.svg",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much of a budget is used, in tokens."""

    used: int
    cap: int
    is_estimate: bool = False

    @property
    def state(self) -> str:
        """The bar's class: full, nearly full, or nothing special."""
        if self.used > self.cap:
            return "is-over"
        return "is-near" if self.used >= self.cap * NEAR else ""

    @property
    def figures(self) -> str:
        """Say how much is used of how much."""
        return ("about " if self.is_estimate else "") + f"{self.used:,} of {self.cap:,} tokens"

    @property
    def words(self) -> str:
        """Say what the bar shows; colour is never the only sign."""
        about, left = ("about " if self.is_estimate else ""), self.cap - self.used
        if left < 0:
            return f"{about}{-left:,} too many"
        return f"{about}{left:,} left" + (", nearly full" if self.state else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCard:
    """One layer with everything around it."""

    row: CompanionPersonality
    proposal: Proposal | None = None
    """The text that waits for the coach."""

    @property
    def name(self) -> LayerName:
        """Its key in addresses and tables."""
        return cast(LayerName, self.row.layer)

    @property
    def title(self) -> str:
        """Its name in words."""
        return Layer(self.row.layer).label

    @property
    def purpose(self) -> str:
        """What it is for."""
        return PURPOSES[self.name]

    @property
    def authority(self) -> str:
        """Who may change it."""
        return AUTHORITIES[LAYER_AUTHORITY[self.name]]

    @property
    def icon(self) -> str:
        """The sign beside those words."""
        return ICONS[LAYER_AUTHORITY[self.name]]

    @property
    def budget(self) -> Budget:
        """How full it is."""
        return Budget(used=self.row.token_estimate, cap=LAYERS[self.name])

    @property
    def room(self) -> str:
        """What fits, for people who do not count tokens: English takes about four for three words."""
        return f"{LAYERS[self.name]:,} tokens, about {LAYERS[self.name] * 3 // 4:,} words"


def cards() -> list[LayerCard]:
    """Read all six in the order in which the prompt reads them."""
    found, pending = read(_LAYERS(), _PENDING())
    rows, waiting = {row.layer: row for row in found}, {proposal.layer: proposal for proposal in pending}
    return [LayerCard(row=rows[name], proposal=waiting.get(name)) for name in LAYERS if name in rows]


_LAYERS = Reading(CompanionPersonality.objects.all)
_PENDING = Reading(lambda: Proposal.objects.pending().filter(kind="layer"))


def card(layer: str) -> LayerCard:
    """Read one. Raises CompanionPersonality.DoesNotExist."""
    waiting = Proposal.objects.pending().filter(kind="layer", layer=layer).first()
    return LayerCard(row=CompanionPersonality.objects.get(layer=layer), proposal=waiting)


def total(shown: Sequence[LayerCard]) -> Budget:
    """Add up what all layers use."""
    return Budget(used=sum(each.row.token_estimate for each in shown), cap=TOTAL_CAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a layer has held, newest first, and one of those texts beside the one before it."""

    versions: Sequence[PersonalityVersion]
    shown: PersonalityVersion | None
    changes: Sequence[Segment] = ()
    is_cut: bool = False

    @property
    def shows_change(self) -> bool:
        """Whether the text that is shown differs from the one before."""
        return has_changes(tuple(self.changes))


def history(row: CompanionPersonality, *, version: int | None) -> History:
    """Read the history with one version opened: the one asked for, or the newest."""
    found = list(PersonalityVersion.objects.filter(personality=row)[: VERSIONS_SHOWN + 1])
    versions = found[:VERSIONS_SHOWN]
    shown = next((each for each in versions if version in {None, each.version}), None)
    before = next((each.text for each in found if shown and each.version < shown.version), "")
    return History(
        versions=versions,
        shown=shown,
        changes=words(before, shown.text) if shown else (),
        is_cut=len(found) > VERSIONS_SHOWN,
    )


def over_words(error: OverBudgetError) -> str:
    """Say by how much a text is too long, with all figures; a skill names itself."""
    what = f"“{Layer(error.layer).label}”" if error.layer in LAYERS else error.layer
    if error.tokens > error.cap:
        excess = error.tokens - error.cap
        return f"{what} has {error.tokens:,} tokens and may have {error.cap:,}: {excess:,} too many."
    return (
        f"With this text all together have {error.total:,} tokens and may have {error.total_cap:,}: "
        f"{error.total - error.total_cap:,} too many."
    )
