"""GET personality/: how far the companion is and how full its layers are; never what they say."""

from django.http import HttpRequest
from ninja import Router, Schema

from companion.api.rest.access import practice_of
from companion.engine.capabilities import LAYERS, TOTAL_CAP
from companion.models import CompanionPersonality, CompanionState

router = Router(tags=["personality"])


class LayerShape(Schema):
    """One layer, without its text."""

    is_set: bool
    version: int
    token_estimate: int


class PersonalityShape(Schema):
    """The companion's state and budgets."""

    bootstrap_status: str
    capabilities_unlocked: bool
    layers: dict[str, LayerShape]
    total_tokens: int
    token_budget: int = TOTAL_CAP


@router.get("personality/", response=PersonalityShape)
def personality(request: HttpRequest) -> PersonalityShape:
    """Tell how far the companion is, and how full each layer is."""
    practice_of(request)
    state = CompanionState.objects.get()
    # The texts are not even fetched: "set" is an answer of the database's.
    rows = {row.layer: row for row in CompanionPersonality.objects.defer("text")}
    written = set(CompanionPersonality.objects.written().values_list("layer", flat=True))
    layers: dict[str, LayerShape] = {
        name: LayerShape(
            is_set=name in written, version=rows[name].version, token_estimate=rows[name].token_estimate
        )
        for name in LAYERS
    }
    return PersonalityShape(
        bootstrap_status=state.bootstrap_status,
        capabilities_unlocked=state.capabilities_unlocked,
        layers=layers,
        total_tokens=sum(layer.token_estimate for layer in layers.values()),
    )
