"""
The one place that calls a model: one request, streamed, under deadlines, never retried here.

Retries belong to the turn (its row knows how often it was tried), so the SDKs are told to make none. Of all
modules only this one and `backends` import the model libraries; `failures` can be had without them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from pydantic_ai import CachePoint, ModelMessage, ModelRequest, ModelResponse
from pydantic_ai import exceptions as faults
from pydantic_ai.direct import model_request_stream
from pydantic_ai.messages import (
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
    UserContent,
    UserPromptPart,
)
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition
from pydantic_core import from_json

from companion.engine.backends.offline import offline_model
from companion.engine.failures import FailureKind, ModelFailure
from companion.engine.prompt_assembler import Prompt
from companion.engine.response import CompanionResponse, Refusal, UnreadableAnswerError, lenient, schema
from companion.engine.streaming import MessageStream, OnText, message_so_far
from companion.engine.usage import Usage

LanguageModel: TypeAlias = Model
"""An opened model, for those who keep one and know no library."""
RAW_CAP = 200_000
"""Characters of one answer, several times what `max_tokens` can hold. Each new piece has all of them read."""
SPEND_LIMIT_MARK = "spend_limit"
"""Part of the body of a 429 that no waiting mends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The bounds of one call. Seconds, tokens, US dollars."""

    max_tokens: int = 4_000
    deadline: float = 120.0
    first_event: float = 30.0
    silence: float = 20.0
    """Longest gap between two pieces."""
    batch: float = 0.07
    """Shortest time between two pieces that are handed on; the first goes at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One whole answer and what it used."""

    response: CompanionResponse
    refusals: tuple[Refusal, ...]
    usage: Usage
    model_name: str


_NATIVE = ModelRequestParameters(
    output_mode="native", output_object=OutputObjectDefinition(json_schema=schema(), name="answer")
)
_BY_TOOL = ModelRequestParameters(
    output_mode="tool",
    output_tools=[ToolDefinition(name="answer", parameters_json_schema=schema(), kind="output")],
    allow_text_output=False,
)
"""For providers without structured output. Two tellings of the one schema."""


def open_model(name: str, *, api_key: str = "", base_url: str = "") -> Model:
    """
    Open the model of a name: `offline`, `anthropic:…`, or any other provider that pydantic-ai knows.

    Once per process: importing and connecting cost more than a second. Other providers find their keys in the
    environment, as their own documentation says.
    """
    if name == "offline":
        return offline_model()
    from companion.engine.backends.hosted import open_hosted  # late: it loads the providers' libraries

    return open_hosted(name, api_key=api_key, base_url=base_url)


async def answer(prompt: Prompt, *, model: Model, settings: Settings, on_text: OnText) -> Answer:
    """
    Ask the model for one answer, handing on its message as it is written.

    Raises ModelFailure with the text that had arrived. Cancelling the task closes the connection.
    """
    text = MessageStream(on_text=on_text, batch=settings.batch, clock=asyncio.get_running_loop().time)
    heard = _Heard()
    try:
        await _listen(prompt, model=model, settings=settings, text=text, heard=heard)
        response = heard.response
        parsed, refusals = _read(heard.raw, is_whole=response.finish_reason != "length")
    except (faults.AgentRunError, UnreadableAnswerError, OutOfPatienceError, OSError) as error:
        text.flush()
        raise _failure(error, partial_text=text.arrived, usage=heard.usage()) from error
    text.flush()
    return Answer(
        response=parsed,
        refusals=tuple(refusals),
        usage=heard.usage(),
        model_name=response.model_name or model.model_name,
    )


@dataclass(slots=True)
class _Heard:
    """What has come so far; it outlives a stream that breaks off."""

    stream: StreamedResponse | None = None
    raw: str = ""

    @property
    def response(self) -> ModelResponse:
        return self.stream.get() if self.stream else ModelResponse(parts=[])

    def usage(self) -> Usage:
        """Reckon what was used. Once, at the end: pricing takes a fifth of a millisecond."""
        response = self.response
        return Usage(
            input_tokens=response.usage.input_tokens,
            cache_read_tokens=response.usage.cache_read_tokens,
            cache_write_tokens=response.usage.cache_write_tokens,
            output_tokens=response.usage.output_tokens,
            cost=_cost(response),
        )


def _cost(response: ModelResponse) -> Decimal:
    """Price a response; nothing for a model whose price nobody has published."""
    try:
        return response.cost().total_price
    except (LookupError, ValueError, AssertionError):
        return Decimal(0)


async def _listen(
    prompt: Prompt, *, model: Model, settings: Settings, text: MessageStream, heard: _Heard
) -> None:
    """
    Read the stream to its end.

    One plain request, no agent run: there are no tools, no second round, and a run costs as much again.

    Raises OutOfPatienceError.
    """
    request = model_request_stream(
        model,
        _messages(prompt),
        model_settings=ModelSettings(max_tokens=settings.max_tokens, max_retries=0),
        model_request_parameters=_NATIVE if model.profile.get("supports_json_schema_output") else _BY_TOOL,
    )
    async with _patience(settings) as patience, request as heard.stream:
        async for event in heard.stream:
            patience.heard()
            heard.raw += _piece(event)
            if len(heard.raw) > RAW_CAP:
                raise faults.UnexpectedModelBehavior("the answer does not end")
            text.take(heard.raw)


def _piece(event: ModelResponseStreamEvent) -> str:
    """Get the next piece of JSON: text where a provider has structured output, else the tool's arguments."""
    match event:
        case PartStartEvent(part=TextPart(content=piece)):
            return piece
        case PartDeltaEvent(delta=TextPartDelta(content_delta=piece)):
            return piece
        case PartStartEvent(part=ToolCallPart(args=str(piece))):
            return piece
        case PartDeltaEvent(delta=ToolCallPartDelta(args_delta=str(piece))):
            return piece
    return ""


class OutOfPatienceError(Exception):
    """The model kept us waiting too long."""

    def __init__(self, kind: FailureKind) -> None:
        """Keep whether it never began, fell silent, or went on for too long."""
        super().__init__(kind)
        self.kind: FailureKind = kind


class _Patience:
    """Moves the end of a timeout: first the wait for a beginning, then the gap between two pieces."""

    def __init__(self, settings: Settings, scope: asyncio.Timeout) -> None:
        self._settings, self._scope = settings, scope
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + settings.deadline
        self._has_begun = False
        self._wait(settings.first_event)

    def heard(self) -> None:
        self._has_begun = True
        self._wait(self._settings.silence)

    def kind(self) -> FailureKind:
        return "stalled" if self._has_begun and self._loop.time() < self._end else "timeout"

    def _wait(self, seconds: float) -> None:
        self._scope.reschedule(min(self._end, self._loop.time() + seconds))


@asynccontextmanager
async def _patience(settings: Settings) -> AsyncIterator[_Patience]:
    scope = asyncio.timeout(None)
    patience = None
    try:
        async with scope:
            patience = _Patience(settings, scope)
            yield patience
    except TimeoutError as error:
        if patience is None or not scope.expired():
            raise
        raise OutOfPatienceError(patience.kind()) from error


def _messages(prompt: Prompt) -> list[ModelMessage]:
    """Lay out the conversation. The memory section opens the first message, whichever that is."""
    opening: list[UserContent] = [prompt.memory, CachePoint(ttl="1h")]
    if prompt.summary:
        opening.append(prompt.summary)
    asked: list[list[UserContent]] = [[exchange.message] for exchange in prompt.history]
    asked.append([prompt.current])
    asked[0] = opening + asked[0]
    messages: list[ModelMessage] = []
    for content, exchange in zip(asked, prompt.history, strict=False):
        messages.append(ModelRequest(parts=[UserPromptPart(content)]))
        messages.append(ModelResponse(parts=[TextPart(exchange.reply)]))
    return [*messages, ModelRequest(parts=[UserPromptPart(asked[-1])], instructions=prompt.system)]


def _read(raw: str, *, is_whole: bool) -> tuple[CompanionResponse, list[Refusal]]:
    """Read the finished answer. One that ran out of room keeps what was whole."""
    if is_whole:
        return lenient(raw)
    whole = _whole_parts(raw)
    if "chat_message" not in whole:
        whole = {"chat_message": message_so_far(raw)[0]}
    parsed, refusals = lenient(whole)
    cut = Refusal(code="cut", what="chat_message", why="My answer grew too long; the end of it is missing.")
    return parsed, [*refusals, cut]


def _whole_parts(raw: str) -> dict[str, Any]:
    try:
        parts = from_json(raw, allow_partial=True)
    except ValueError:
        return {}
    return parts if isinstance(parts, dict) else {}


_KINDS: tuple[tuple[type[Exception], FailureKind], ...] = (
    (faults.ModelQuotaExceededError, "spend_limit"),
    (faults.ModelRateLimitError, "rate_limited"),
    (faults.ModelUnavailableError, "overloaded"),
    (faults.ModelServerError, "server"),
    (faults.ModelTimeoutError, "timeout"),
    (faults.ModelAuthenticationError, "refused_key"),
    (faults.ModelRequestRejectedError, "bad_request"),
    (faults.ModelConnectionError, "unreachable"),
    (UnreadableAnswerError, "unreadable"),
    (faults.UnexpectedModelBehavior, "unreadable"),
    (OSError, "unreachable"),
)
"""What a fault means, the narrower before the wider."""


def _failure(error: Exception, *, partial_text: str, usage: Usage) -> ModelFailure:
    return ModelFailure(
        _kind(error, has_begun=bool(partial_text)),
        detail=str(error),
        retry_after=getattr(error, "retry_after", None),
        partial_text=partial_text,
        usage=usage,
    )


def _kind(error: Exception, *, has_begun: bool) -> FailureKind:
    if isinstance(error, OutOfPatienceError):
        return error.kind
    if isinstance(error, faults.ModelAPIError) and SPEND_LIMIT_MARK in str(error.body):
        return "spend_limit"
    kind: FailureKind = next((kind for fault, kind in _KINDS if isinstance(error, fault)), "server")
    return "cut" if has_begun and kind in {"unreachable", "unreadable"} else kind
