"""Forms about consent."""

from typing import Any

from django import forms

from coaching.consents import Wording
from coaching.models import Consent

CHANGED = "The words have changed since this page was opened."

_BY_THE_COACH = (Consent.Method.SAID, Consent.Method.WRITTEN, Consent.Method.EMAIL)


class StatementForm(forms.Form):
    """How a client said yes or no, and to which words."""

    method = forms.ChoiceField(
        label="How they said it",
        choices=[(method.value, method.label) for method in _BY_THE_COACH],
        error_messages={"required": "How did they say it?", "invalid_choice": "How did they say it?"},
    )
    version = forms.CharField(widget=forms.HiddenInput, error_messages={"required": CHANGED})

    def __init__(self, *args: Any, wording: Wording, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wording = wording

    def clean_version(self) -> str:
        """Take only the words of today: a page may have been open for long."""
        version: str = self.cleaned_data["version"]
        if version != self.wording.version:
            raise forms.ValidationError(CHANGED)
        return version
