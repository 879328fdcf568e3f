"""Change the layers: every change is budgeted, versioned, audited, and can be undone."""

from typing import cast

from django.db.models import F

from coaching.models import User
from companion.actions import audit
from companion.engine import personality as rules
from companion.engine.response import LayerName
from companion.models import CompanionPersonality, PersonalityVersion, Turn

Source = PersonalityVersion.Source


class StaleLayerError(Exception):
    """The layer changed since the text was written."""


def layer_named(layer: str) -> CompanionPersonality:
    """Find one of the open tenant's layers."""
    return CompanionPersonality.objects.get(layer=layer)


def write_layer(
    *,
    layer: str,
    text: str,
    source: Source,
    by: User | None,
    turn: Turn | None = None,
    base_version: int | None = None,
) -> PersonalityVersion:
    """
    Put a new text into force and keep the one before.

    With `base_version` the change is made only if the layer still has that version.
    Raises OverBudgetError with the figures, StaleLayerError, and stores nothing then.
    """
    text = rules.tidy(text)
    layers = locked_layers()
    row = layers[layer]
    if base_version is not None and row.version != base_version:
        raise StaleLayerError(f"{layer} is at version {row.version}, not {base_version}")
    others = {cast(LayerName, name): other.token_estimate for name, other in layers.items()}
    tokens = rules.check_budget(layer=cast(LayerName, layer), text=text, others=others)
    return _put_in_force(row, text=text, tokens=tokens, source=source, by=by, turn=turn)


def locked_layers() -> dict[str, CompanionPersonality]:
    """Lock all six layers: the sum of their budgets must hold under two changes at once."""
    return {row.layer: row for row in CompanionPersonality.objects.select_for_update().order_by("layer")}


def restore_version(*, version: PersonalityVersion, by: User) -> PersonalityVersion:
    """Put an earlier text back into force, as a new version. Raises OverBudgetError."""
    layer = version.personality.layer
    return write_layer(layer=layer, text=version.text, source=Source.RESTORE, by=by)


def undo_version(*, version: PersonalityVersion, by: User) -> PersonalityVersion:
    """Take one change back, if it is still the newest. Raises StaleLayerError."""
    before = PersonalityVersion.objects.filter(
        personality=version.personality, version=version.version - 1
    ).first()
    return write_layer(
        layer=version.personality.layer,
        text=before.text if before else "",
        source=Source.RESTORE,
        by=by,
        base_version=version.version,
    )


def set_layers() -> set[str]:
    """Name the layers that hold text."""
    return set(CompanionPersonality.objects.exclude(text="").values_list("layer", flat=True))


def _put_in_force(
    row: CompanionPersonality, *, text: str, tokens: int, source: Source, by: User | None, turn: Turn | None
) -> PersonalityVersion:
    CompanionPersonality.objects.filter(pk=row.pk).update(
        text=text, token_estimate=tokens, version=F("version") + 1
    )
    row.refresh_from_db()
    audit.note("layer.changed", by=by, object_id=row.pk, detail=f"{row.layer} {row.version}")
    return PersonalityVersion.objects.create(
        personality=row, version=row.version, text=text, token_estimate=tokens, source=source, turn=turn
    )
