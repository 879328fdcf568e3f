"""The form for a commitment."""

from typing import Any

from django import forms

from coaching.actions.commitments import CommitmentDetails
from coaching.forms.fields import LongTextField
from coaching.forms.goals import day_field
from coaching.models import Client, Commitment


class CommitmentForm(forms.Form):
    """Who promised what, and for when."""

    text = LongTextField(
        max_length=300,
        label="Commitment",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "What was promised?"},
    )
    promised_by = forms.ChoiceField(label="Whose")
    due_on = day_field()

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(Commitment.PromisedBy.CLIENT, client.short_name), (Commitment.PromisedBy.COACH, "Mine")]
        self.fields["promised_by"].choices = names  # type: ignore[attr-defined] # a choice field

    def details(self) -> CommitmentDetails:
        """Say what was written down, as the actions take it."""
        return CommitmentDetails(**self.cleaned_data)


def written_commitment(commitment: Commitment) -> dict[str, Any]:
    """Say what a commitment's form starts with."""
    return {name: getattr(commitment, name) for name in CommitmentForm.base_fields}
