"""
The six layers: their order, their budgets, and what a changed text must keep to. Pure.

Who may change what is in `capabilities`; keeping versions is the actions' work.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from companion.engine.capabilities import LAYERS, TOTAL_CAP
from companion.engine.framing import visible
from companion.engine.memory import rests_on
from companion.engine.response import LayerName
from companion.engine.tokens import OverBudgetError, estimate
from companion.engine.words import terms

TITLES: Mapping[LayerName, str] = {
    "soul": "Soul",
    "identity": "Identity",
    "coach_knowledge": "What I know about the coach",
    "instructions": "Standing instructions",
    "environment": "Environment",
    "client_persona": "Voice towards clients",
}

STRAY_TERMS = 4
"""Words of its own that a layer's new text may have and still be written without asking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer as it is in force."""

    name: LayerName
    text: str


def tidy(text: str) -> str:
    """Normalise a layer's text before it is counted and kept."""
    return "\n".join(line.rstrip() for line in visible(text).strip().splitlines())


def grows_from(new: str, *, old: str, words: Iterable[str]) -> bool:
    """Tell whether a new text keeps most of the old one and adds what the coach said, and little else."""
    before = set(terms(old))
    is_kept = 2 * len(before & set(terms(new))) >= len(before)
    return is_kept and rests_on(new, [old, *words], stray=STRAY_TERMS)


def check_budget(*, layer: LayerName, text: str, others: Mapping[LayerName, int] | None = None) -> int:
    """
    Count a layer's new text; `others` holds the counts of the layers in force.

    Raises OverBudgetError with all figures when it, or the sum, is too long.
    """
    tokens, cap = estimate(text), LAYERS[layer]
    total = tokens + sum(count for name, count in (others or {}).items() if name != layer)
    if tokens > cap or total > TOTAL_CAP:
        raise OverBudgetError(layer=layer, tokens=tokens, cap=cap, total=total, total_cap=TOTAL_CAP)
    return tokens


def render(layers: tuple[Layer, ...], *, names: tuple[LayerName, ...]) -> str:
    """Write the set ones among `names` in that order, whatever order they came in."""
    texts = {layer.name: layer.text for layer in layers}
    return "\n\n".join(f"# {TITLES[name]}\n{texts[name]}" for name in names if texts.get(name))
