"""
The model that needs no key and no network: rules over the assembled prompt.

It goes through the same door as every other model and streams like them. It is for first steps,
demonstrations and tests, and says so itself; it never pretends to understand more than its rules do.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Sequence
from typing import cast

from genai_prices.data_snapshot import DataSnapshot, set_custom_snapshot
from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart, UserPromptPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.profiles import ModelProfile

from companion.engine.analysis import prompts, reading
from companion.engine.backends import acquaintance, colleague
from companion.engine.backends.reading import Reading, read
from companion.engine.response import CompanionResponse, Part

SUMMARY_FRAME = '<data kind="earlier">'
_PIECE = re.compile(r"\s*\S+")


def _spare_the_prices() -> None:
    """Keep the library from loading every provider's prices, 64 MB, in a process that has only this model."""
    if "genai_prices.data" not in sys.modules:
        set_custom_snapshot(DataSnapshot(providers=[], from_auto_update=False))


def offline_model(*, pause: float = 0.0) -> FunctionModel:
    """Open the offline model. `pause` is the seconds between two words, for demonstrations."""

    async def stream(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str]:
        answer = _answer(messages, info)
        for piece in _PIECE.findall(answer.model_dump_json(exclude_defaults=True)):
            yield piece
            if pause:
                await asyncio.sleep(pause)

    _spare_the_prices()
    return FunctionModel(
        stream_function=stream,
        model_name="offline",
        profile=ModelProfile(supports_json_schema_output=True, default_structured_output_mode="native"),
    )


def _answer(messages: Sequence[ModelMessage], info: AgentInfo) -> Part:
    """Answer whatever is asked: a message of the coach, or a question about a session."""
    if (info.instructions or "").startswith(prompts.INSTRUCTIONS):
        about, part = _user_texts(cast(ModelRequest, messages[-1]))
        return reading.answer(about=about, part=part)
    return reply(_read(messages, info))


def reply(reading: Reading) -> CompanionResponse:
    """Answer as the state of the acquaintance demands."""
    if reading.bootstrap is not None:
        return acquaintance.reply(reading, reading.bootstrap)
    return colleague.reply(reading)


def _read(messages: Sequence[ModelMessage], info: AgentInfo) -> Reading:
    texts: list[str] = []
    replies: list[str] = []
    for message in messages:
        if isinstance(message, ModelRequest):
            texts += [text for text in _user_texts(message) if not text.startswith(SUMMARY_FRAME)]
        elif isinstance(message, ModelResponse):
            replies.append("".join(part.content for part in message.parts if isinstance(part, TextPart)))
    return read(system=info.instructions or "", texts=texts, replies=replies)


def _user_texts(message: ModelRequest) -> list[str]:
    texts: list[str] = []
    for part in message.parts:
        if isinstance(part, UserPromptPart):
            content = [part.content] if isinstance(part.content, str) else part.content
            texts += [each for each in content if isinstance(each, str)]
    return texts
