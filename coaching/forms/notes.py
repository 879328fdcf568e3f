"""The form for a private note."""

from django import forms

from coaching.forms.fields import LongTextField


class NoteForm(forms.Form):
    """A private note."""

    text = LongTextField(
        max_length=20_000,
        label="Private note",
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "What stayed with you?"}),
        error_messages={"required": "There are no words in this note yet."},
    )
