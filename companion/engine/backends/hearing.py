"""A transcriber that speaks OpenAI's `/audio/transcriptions`, whoever runs it."""

from collections.abc import Sequence
from typing import Any

import openai

from companion.engine.hearing import Heard, NotHeardError

DEADLINE = 600.0
"""Seconds: an hour of talk takes minutes."""
_AWAY = "The transcriber could not be reached. The recording is kept; it is tried again."
_BUSY = "The transcriber is overloaded. The recording is kept; it is tried again."
_REFUSED = "The transcriber does not let us in. Whoever runs this site has to look at its key."
_UNHEARD = "The transcriber could make nothing of this recording. It is kept as it came."


class HostedTranscriber:
    """One client, made once a process."""

    def __init__(self, model: str, *, api_key: str, base_url: str = "") -> None:
        self._model = model
        self._client = openai.AsyncOpenAI(
            api_key=api_key or "none", base_url=base_url or None, max_retries=0, timeout=DEADLINE
        )

    async def hear(self, sound: bytes, *, name: str) -> Sequence[Heard]:
        """Send a recording and wait for its words. Raises NotHeardError."""
        try:
            answer = await self._client.audio.transcriptions.create(
                file=(name, sound), model=self._model, **self._wishes()
            )
        except openai.OpenAIError as error:
            raise _not_heard(error) from error
        return _stretches(answer)

    def _wishes(self) -> dict[str, Any]:
        """Ask for voices told apart where the model can, and for times in any case."""
        if "diarize" in self._model:
            return {"response_format": "diarized_json", "chunking_strategy": "auto"}
        return {"response_format": "verbose_json", "timestamp_granularities": ["segment"]}


def _stretches(answer: Any) -> list[Heard]:
    parts = getattr(answer, "segments", None) or []
    heard = [
        Heard(
            text=part.text.strip(),
            speaker=str(getattr(part, "speaker", None) or ""),
            starts_ms=int(1_000 * part.start),
            ends_ms=int(1_000 * part.end),
        )
        for part in parts
        if part.text.strip()
    ]
    whole = str(getattr(answer, "text", "") or "").strip()
    return heard or ([Heard(text=whole)] if whole else [])


def _not_heard(error: openai.OpenAIError) -> NotHeardError:
    if isinstance(error, openai.RateLimitError | openai.InternalServerError):
        return NotHeardError(_BUSY, retryable=True)
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError | openai.NotFoundError):
        return NotHeardError(_REFUSED, retryable=False)
    if isinstance(error, openai.APIConnectionError):
        return NotHeardError(_AWAY, retryable=True)
    return NotHeardError(_UNHEARD, retryable=False)
