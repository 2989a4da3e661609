"""What calls of models cost, by the price list of `genai-prices`, which comes with the extra `llm`."""

from __future__ import annotations

from decimal import Decimal

from meetkit.models.usage import Usage

_PROVIDERS = {"openai": "openai", "anthropic": "anthropic", "google": "google", "xai": "x-ai"}


def dollars(usage: Usage) -> Decimal | None:
    """What a call cost in US dollars; `None` where its tokens or its model's price are not known."""
    provider, _, model = usage.model.partition(":")
    if provider not in _PROVIDERS or usage.input_tokens is None or usage.output_tokens is None:
        return None
    try:
        import genai_prices  # noqa: PLC0415  # slow to import, and only of use with a model of theirs
    except ImportError:
        return None
    tokens = genai_prices.Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
    try:
        found = genai_prices.calc_price(
            tokens, model, provider_id=_PROVIDERS[provider], genai_request_timestamp=usage.at
        )
    except LookupError:
        return None
    return found.total_price
