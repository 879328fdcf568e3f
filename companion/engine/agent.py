"""
The one place that calls a model: one request, streamed, under deadlines, never retried here.

Retries belong to the turn (its row knows how often it was tried), so the SDKs are told to make none. Of all
modules only this one and `backends` import the model libraries; `failures` can be had without them.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from pydantic_ai import CachePoint, ModelMessage, ModelRequest, ModelResponse
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

from companion.engine import judging
from companion.engine.analysis import findings
from companion.engine.analysis.findings import Findings
from companion.engine.analysis.prompts import AnalysisPrompt
from companion.engine.backends.faults import FAULTS, failure
from companion.engine.backends.offline import offline_model
from companion.engine.hearing import Transcriber
from companion.engine.patience import Settings, patience
from companion.engine.prompt_assembler import Prompt
from companion.engine.response import (
    CompanionResponse,
    Refusal,
    as_mapping,
    lenient,
    schema,
)
from companion.engine.streaming import MessageStream, OnText, message_so_far
from companion.engine.tokens import rough
from companion.engine.usage import Usage

__all__ = ["Analysed", "Answer", "LanguageModel", "Settings", "analyse", "answer", "judge", "open_model"]

LanguageModel: TypeAlias = Model
"""An opened model, for those who keep one and know no library."""
RAW_CAP = 200_000
"""Characters of one answer, several times what `max_tokens` can hold. What comes after them is not heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One whole answer and what it used."""

    response: CompanionResponse
    refusals: tuple[Refusal, ...]
    usage: Usage
    model_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """What a model found in one part of a session; `malformed` counts what did not fit, by list."""

    findings: Findings
    malformed: Counter[str]
    usage: Usage
    model_name: str


@dataclass(frozen=True, slots=True)
class _Form:
    """The form of an answer, told in the two ways that providers know."""

    name: str
    json_schema: dict[str, Any]

    def told_to(self, model: Model) -> ModelRequestParameters:
        if model.profile.get("supports_json_schema_output"):
            return ModelRequestParameters(
                output_mode="native",
                output_object=OutputObjectDefinition(json_schema=self.json_schema, name=self.name),
            )
        tool = ToolDefinition(name=self.name, parameters_json_schema=self.json_schema, kind="output")
        return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)


_ANSWER = _Form("answer", schema())
_FINDINGS = _Form("findings", findings.schema())
_VERDICT = _Form("verdict", judging.schema())


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


def open_transcriber(model: str, *, api_key: str, base_url: str = "") -> Transcriber:
    """Open who turns recordings into words, once per process."""
    from companion.engine.backends.hearing import HostedTranscriber  # late, as above

    return HostedTranscriber(model, api_key=api_key, base_url=base_url)


async def answer(prompt: Prompt, *, model: Model, settings: Settings, on_text: OnText) -> Answer:
    """
    Ask the model for one answer, handing on its message as it is written.

    Raises ModelFailure with the text that had arrived. Cancelling the task closes the connection.
    """
    text = MessageStream(on_text=on_text, batch=settings.batch, clock=asyncio.get_running_loop().time)
    heard = _Heard()
    try:
        await _listen(
            _messages(prompt), _ANSWER, model=model, settings=settings, heard=heard, on_raw=text.take
        )
        response = heard.response
        parsed, refusals = _read(heard.raw, is_whole=heard.is_whole)
    except FAULTS as error:
        text.end(heard.raw)
        raise failure(error, partial_text=text.arrived, usage=heard.usage()) from error
    text.end(heard.raw)
    return Answer(
        response=parsed,
        refusals=tuple(refusals),
        usage=heard.usage(),
        model_name=response.model_name or model.model_name,
    )


async def analyse(prompt: AnalysisPrompt, *, model: Model, settings: Settings) -> Analysed:
    """
    Ask the model what is in one part of a session.

    Raises ModelFailure. An answer that ran out of room keeps what was whole.
    """
    heard = _Heard()
    try:
        await _listen(
            _question(prompt), _FINDINGS, model=model, settings=settings, heard=heard, on_raw=_nobody_reads
        )
        raw = heard.raw if heard.is_whole else _whole_parts(heard.raw)
        found, malformed = findings.lenient(as_mapping(raw))
    except FAULTS as error:
        raise failure(error, partial_text="", usage=heard.usage()) from error
    return Analysed(
        findings=found,
        malformed=malformed,
        usage=heard.usage(),
        model_name=heard.response.model_name or model.model_name,
    )


async def judge(question: judging.Question, *, model: Model, settings: Settings) -> judging.Opinion:
    """Ask the model what it thinks of a talk. Raises ModelFailure."""
    heard = _Heard()
    asked: list[ModelMessage] = [
        ModelRequest(parts=[UserPromptPart(question.talk)], instructions=question.system)
    ]
    try:
        await _listen(asked, _VERDICT, model=model, settings=settings, heard=heard, on_raw=_nobody_reads)
        return judging.opinion(as_mapping(heard.raw))
    except FAULTS as error:
        raise failure(error, partial_text="", usage=heard.usage()) from error


@dataclass(slots=True)
class _Heard:
    """What has come so far; it outlives a stream that breaks off."""

    stream: StreamedResponse | None = None
    raw: str = ""
    has_ended: bool = False
    """Whether the model came to an end by itself."""

    @property
    def is_whole(self) -> bool:
        """Whether the answer was neither cut by us nor out of room."""
        return self.has_ended and self.response.finish_reason != "length"

    @property
    def response(self) -> ModelResponse:
        return self.stream.get() if self.stream else ModelResponse(parts=[])

    def usage(self) -> Usage:
        """
        Reckon what was used. Once, at the end: pricing takes a fifth of a millisecond.

        Of a stream that broke off no provider says what it wrote: that is estimated, and left to be priced.
        """
        response = self.response
        return Usage(
            input_tokens=response.usage.input_tokens,
            cache_read_tokens=response.usage.cache_read_tokens,
            cache_write_tokens=response.usage.cache_write_tokens,
            output_tokens=response.usage.output_tokens
            if self.has_ended
            else max(response.usage.output_tokens, rough(self.raw)),
            cost=_cost(response) if self.has_ended else Decimal(0),
        )


def _cost(response: ModelResponse) -> Decimal:
    """Price a response; nothing for a model whose price nobody has published."""
    try:
        return response.cost().total_price
    except (LookupError, ValueError, AssertionError):
        return Decimal(0)


async def _listen(
    messages: list[ModelMessage],
    form: _Form,
    *,
    model: Model,
    settings: Settings,
    heard: _Heard,
    on_raw: Callable[[str], object],
) -> None:
    """
    Read the stream to its end; `on_raw` gets all that has come, with each piece.

    One plain request, no agent run: there are no tools, no second round, and a run costs as much again.

    Raises OutOfPatienceError.
    """
    request = model_request_stream(
        model,
        messages,
        model_settings=ModelSettings(max_tokens=settings.max_tokens, max_retries=0),
        model_request_parameters=form.told_to(model),
    )
    async with patience(settings) as waiting, request as heard.stream:
        async for event in heard.stream:
            waiting.heard()
            heard.raw += _piece(event)
            on_raw(heard.raw)
            if len(heard.raw) > RAW_CAP:
                return
    heard.has_ended = True


def _nobody_reads(raw: str) -> None:
    """Take no notice: nobody looks on while a session is analysed."""


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


def _question(prompt: AnalysisPrompt) -> list[ModelMessage]:
    """Lay out a question about a session: what is the same for all its parts can be read from the cache."""
    asked: list[UserContent] = [prompt.about, CachePoint(ttl="5m"), prompt.part]
    return [ModelRequest(parts=[UserPromptPart(asked)], instructions=prompt.system)]


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
