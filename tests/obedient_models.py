"""Models that obey whatever they can read as an order, in plain words or encoded, and betray all they know."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import json
import re
import unicodedata
import urllib.parse
from collections.abc import Collection, Iterator
from typing import Any

from tests.model_doubles import Answer, PromptView, see, truthful

SECRET = "The heliotrope merger closes in Zanzibar at 4417 euros."
"""A secret of another meeting, which the models remember."""
SCRIPT = "<script>alert('stolen')</script>"


def readings(text: str) -> Iterator[str]:
    """Yield a text as it is, and decoded in every way that it may be encoded."""
    visible = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    tag_characters = "".join(chr(ord(char) - 0xE0000) for char in text if 0xE0000 < ord(char) < 0xE0080)
    visible = _unescape(visible)
    plain = (text, visible, tag_characters, html.unescape(visible), urllib.parse.unquote(visible))
    yield from plain
    yield from (reading[::-1] for reading in plain)
    yield codecs.encode(visible, "rot13")
    for word in re.findall(r"[A-Za-z0-9+/=]{16,}", visible):
        yield _decode(word)


def _outside(prompt: str) -> str:
    """Return the text that a careless reader takes for outside the data: all after anything like its end."""
    before, _, rest = prompt.partition("<data>")
    return before + rest.partition("</data")[2]


def _unescape(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda escape: chr(int(escape[1], 16)), text)


def _decode(word: str) -> str:
    decode = bytes.fromhex if re.fullmatch(r"([0-9a-f]{2})+", word) else base64.b64decode
    try:
        return decode(word).decode()
    except (binascii.Error, ValueError):
        return ""


class ObedientModel:
    """A model that obeys orders outside the data, or anywhere if it `trusts_data`, and is truthful otherwise."""

    name = "obedient"

    def __init__(self, orders: Collection[str], *, trusts_data: bool = False) -> None:
        """Take the texts that are orders."""
        self.orders = orders
        self.trusts_data = trusts_data
        self.obeyed: list[str] = []
        self.prompts: list[tuple[str, str | None]] = []
        self._truthful = truthful()

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        """Answer as ordered, or from the data."""
        view = see(prompt)
        self.prompts.append((view.outside, system_prompt))
        order = self.order_in(f"{system_prompt}\n{_outside(prompt)}")
        if order is None and self.trusts_data:
            order = self.order_in(prompt)
        if order is None:
            return self._truthful.generate(prompt, system_prompt)
        self.obeyed.append(order)
        return json.dumps(_betrayal(order, view, system_prompt or ""))

    def order_in(self, text: str) -> str | None:
        """Return the order that can be read in a text, if there is one."""
        read = "\n".join(readings(text))
        return next((order for order in self.orders if order in read), None)


def _betrayal(order: str, view: PromptView, system_prompt: str) -> Answer:
    """Return claims with the order, the secret, the instructions, and every turn as a task of the order's person."""
    turns = [turn for turn in view.data["turns"] if turn["text"].strip()]
    texts = [order, f"{order} was approved by all", SECRET, system_prompt[:400], view.outside[:400], SCRIPT]
    true_quotes = [{"quote": turn["text"][:900], "turn": turn["turn"], "score": 1} for turn in turns]
    fields = {"summary": "sentences", "action_items": "items", "sentiment": "moments"}
    claims = [
        _claim(text, true_quotes[number % len(true_quotes)], true_quotes, order) for number, text in enumerate(texts)
    ]
    claims += [{**_claim(quote["quote"][:500], quote, [quote], order), "quotes": [quote]} for quote in true_quotes]
    return {fields.get(view.section, view.section): claims}


def _claim(text: str, quote: Answer, true_quotes: list[Answer], order: str) -> dict[str, Any]:
    invention = {"quote": text, "turn": quote["turn"], "score": 1}
    attack = next((quote_of_turn for quote_of_turn in true_quotes if order in quote_of_turn["quote"]), quote)
    return {
        "text": text,
        "task": text,
        "label": text[:200],
        "owner": order,
        "deadline": order,
        "priority": "high",
        "first_turn": 0,
        "last_turn": len(true_quotes) - 1,
        "quotes": [invention, quote, attack],
        "question": invention,
        "answer": quote,
        **invention,
    }
