"""The cost of model calls, by the price list of `genai-prices`, which comes with the extra `llm`."""

from __future__ import annotations

from decimal import Decimal

from meetkit.models.usage import Usage

_PROVIDERS = {"openai": "openai", "anthropic": "anthropic", "google": "google", "xai": "x-ai"}


def dollars(usage: Usage) -> Decimal | None:
    """Return the cost of a call in US dollars; `None` where its tokens or its model's price are unknown."""
    provider, _, model = usage.model.partition(":")
    if provider not in _PROVIDERS or usage.input_tokens is None or usage.output_tokens is None:
        return None
    try:
        import genai_prices  # noqa: PLC0415  # slow to import, and used with their models only
    except ImportError:
        return None
    tokens = genai_prices.Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
    try:
        price = genai_prices.calc_price(
            tokens, model, provider_id=_PROVIDERS[provider], genai_request_timestamp=usage.at
        )
    except LookupError:
        return None
    return price.total_price
