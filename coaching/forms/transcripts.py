"""Forms for transcripts: bringing one, and saying who is who in it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from coaching import consents
from coaching.actions.transcripts import File
from coaching.forms.fields import LongTextField
from coaching.models import Client, Speaker
from coaching.transcripts import kinds
from coaching.transcripts.shapes import MAX_BYTES

PASTE_LIMIT = 600_000
"""Characters: about nine hours of talk, and within what Django reads of a form in any script."""
NAME_LIMIT = 200
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\\\]")


class UploadForm(forms.Form):
    """A file, or pasted words. Errors of a file's size and kind have codes of their own."""

    file = forms.FileField(
        label="Choose a file",
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(
            attrs={"accept": ".vtt,.srt,.txt,.docx,.json,text/*", "data-max-bytes": MAX_BYTES}
        ),
    )
    text = LongTextField(
        max_length=PASTE_LIMIT,
        label="Or paste the words",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "Maya: How was the week?\nTomás: Long."}),
    )
    replaces = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if consents.hearer():
            accepted = self.fields["file"].widget.attrs["accept"]
            self.fields["file"].widget.attrs["accept"] = f"{accepted},audio/*,.m4a,.mp4,.webm"

    @property
    def takes_sound(self) -> bool:
        """Whether a recording may be brought."""
        return bool(consents.hearer())

    STATUSES: Mapping[str, int] = {"too_large": 413, "foreign": 415}

    def clean_file(self) -> "UploadedFile[bytes] | None":
        """Look at the size and the first bytes; everything else is looked at elsewhere."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return None
        if not file.size:
            raise forms.ValidationError("This file is empty. Nothing was kept.", code="empty")
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                f"This file has {_megabytes(file.size)} MB; {_megabytes(MAX_BYTES)} MB is the most. "
                "A two-hour transcript has less than one. Is it a recording?",
                code="too_large",
            )
        self._refuse_foreign(file.open().read(kinds.HEAD))
        return file

    def _refuse_foreign(self, head: bytes) -> None:
        if kinds.is_sound(head):
            if consents.hearer():
                return
            raise forms.ValidationError(
                "This is a recording. JourneyLoop reads transcripts: let your meeting tool write one, and "
                f"bring that as {kinds.TEXT_FORMATS}.",
                code="foreign",
            )
        if what := kinds.foreign(head):
            raise forms.ValidationError(f"This is {what}. Bring {kinds.TEXT_FORMATS}.", code="foreign")

    def clean(self) -> dict[str, Any]:
        """Want one of the two."""
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if not self.errors and not file and not text.strip():
            raise forms.ValidationError("Choose a file, or paste what was said.", code="nothing")
        if file and text.strip():
            raise forms.ValidationError("Bring either a file or pasted words, not both.", code="both")
        return cleaned

    @property
    def status(self) -> int:
        """The HTTP status that what is wrong calls for."""
        codes = [error.code for errors in self.errors.as_data().values() for error in errors]
        return next((self.STATUSES[code] for code in codes if code and code in self.STATUSES), 422)

    def brought(self) -> File:
        """Read what was brought, once the form is valid."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return File(name="Pasted text", content=self.cleaned_data["text"].encode(errors="replace"))
        return File(name=_file_name(file.name or ""), content=file.open().read())


class SpeakersForm(forms.Form):
    """Who each voice of a transcript is."""

    def __init__(self, data: Any = None, *, speakers: Iterable[Speaker], client: Client) -> None:
        super().__init__(data)
        choices = [
            (Speaker.Role.COACH, "You"),
            (Speaker.Role.CLIENT, client.name),
            (Speaker.Role.OTHER, "Somebody else"),
            (Speaker.Role.UNKNOWN, "I don't know"),
        ]
        for speaker in speakers:
            label = speaker.label or "Words that nobody is named for"
            self.fields[f"role_{speaker.number}"] = forms.ChoiceField(
                choices=choices, label=label, initial=speaker.role
            )

    def roles(self) -> dict[int, Speaker.Role]:
        """Say who is who by the speakers' numbers, once the form is valid."""
        return {
            int(name.removeprefix("role_")): Speaker.Role(role) for name, role in self.cleaned_data.items()
        }


def _file_name(name: str) -> str:
    """Make a name that can be shown and offered for download; its ending stays."""
    safe = " ".join(_UNSAFE.sub(" ", name).split()).lstrip(".") or "transcript"
    stem, dot, ending = safe.rpartition(".")
    return safe if len(safe) <= NAME_LIMIT else f"{stem[: NAME_LIMIT - 12]}…{dot}{ending[:8]}"


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0")
