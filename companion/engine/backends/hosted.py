"""
Models of providers. Imported only when one is opened: the libraries take more than a second and 40 MB.

Cache breakpoints: after the system part and after the memory section (which `agent` sets), for an hour; at
the current message, for five minutes.
"""

from anthropic import AsyncAnthropic
from genai_prices.data_snapshot import set_custom_snapshot
from pydantic_ai.models import Model, ModelRequestParameters, infer_model
from pydantic_ai.models.anthropic import AnthropicModel, AnthropicModelSettings
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.settings import ModelSettings


class Claude(AnthropicModel):
    """
    Makes the schema of an answer ready once.

    The library walks, copies and checks it for each request, which takes longer than all else before sending;
    ours is the same each time.
    """

    _asked: tuple[ModelSettings | None, ModelRequestParameters] | None = None
    _ready: tuple[ModelSettings | None, ModelRequestParameters]

    def prepare_request(
        self, model_settings: ModelSettings | None, model_request_parameters: ModelRequestParameters
    ) -> tuple[ModelSettings | None, ModelRequestParameters]:
        """Give what was made ready for an equal request before."""
        asked = (model_settings, model_request_parameters)
        if self._asked != asked:
            self._ready = super().prepare_request(model_settings, model_request_parameters)
            self._asked = asked
        settings, parameters = self._ready
        return (None if settings is None else settings.copy()), parameters


def open_hosted(name: str, *, api_key: str, base_url: str) -> Model:
    """Open `anthropic:…`, or any name that pydantic-ai knows; its key is in the provider's variable."""
    set_custom_snapshot(None)  # the real prices, should the offline model have put them away
    provider, _, model_name = name.partition(":")
    if provider != "anthropic":
        return infer_model(name)
    client = AsyncAnthropic(api_key=api_key or None, base_url=base_url or None, max_retries=0)
    return Claude(
        model_name,
        provider=AnthropicProvider(anthropic_client=client),
        settings=AnthropicModelSettings(anthropic_cache_instructions="1h", anthropic_cache_messages="5m"),
    )
