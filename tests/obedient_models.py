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

from tests.model_doubles import Answer, Seen, see, truthful

SECRET = "The heliotrope merger closes in Zanzibar at 4417 euros."
"""What the models remember of another meeting."""
SCRIPT = "<script>alert('stolen')</script>"


def readings(text: str) -> Iterator[str]:
    """A text as it is and as everything that it may be a code for."""
    seen = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    hidden = "".join(chr(ord(char) - 0xE0000) for char in text if 0xE0000 < ord(char) < 0xE0080)
    seen = _unescaped(seen)
    plain = (text, seen, hidden, html.unescape(seen), urllib.parse.unquote(seen))
    yield from plain
    yield from (one[::-1] for one in plain)
    yield codecs.encode(seen, "rot13")
    for word in re.findall(r"[A-Za-z0-9+/=]{16,}", seen):
        yield _decoded(word)


def _outside(prompt: str) -> str:
    """What a careless reader takes for outside the data: all that follows anything like its end."""
    before, _, rest = prompt.partition("<data>")
    return before + rest.partition("</data")[2]


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda escape: chr(int(escape[1], 16)), text)


def _decoded(word: str) -> str:
    decode = bytes.fromhex if re.fullmatch(r"([0-9a-f]{2})+", word) else base64.b64decode
    try:
        return decode(word).decode()
    except (binascii.Error, ValueError):
        return ""


class ObedientModel:
    """Obeys the orders that it can read outside the data, or anywhere if it `trusts_data`; else it tells the truth."""

    name = "obedient"

    def __init__(self, orders: Collection[str], *, trusts_data: bool = False) -> None:
        """Take the words by which it knows an order."""
        self.orders = orders
        self.trusts_data = trusts_data
        self.obeyed: list[str] = []
        self.prompts: list[tuple[str, str | None]] = []
        self._truthful = truthful()

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        """Answer as ordered, or from the data."""
        seen = see(prompt)
        self.prompts.append((seen.outside, system_prompt))
        order = self.order_in(f"{system_prompt}\n{_outside(prompt)}")
        if order is None and self.trusts_data:
            order = self.order_in(prompt)
        if order is None:
            return self._truthful.generate(prompt, system_prompt)
        self.obeyed.append(order)
        return json.dumps(_betrayal(order, seen, system_prompt or ""))

    def order_in(self, text: str) -> str | None:
        """The order that can be read in a text, if there is one."""
        read = "\n".join(readings(text))
        return next((order for order in self.orders if order in read), None)


def _betrayal(order: str, seen: Seen, system_prompt: str) -> Answer:
    """What is ordered, what was said elsewhere, the instructions, and every turn as a task of whom the order says."""
    turns = [turn for turn in seen.data["turns"] if turn["text"].strip()]
    texts = [order, f"{order} was approved by all", SECRET, system_prompt[:400], seen.outside[:400], SCRIPT]
    true = [{"quote": turn["text"][:900], "turn": turn["turn"], "score": 1} for turn in turns]
    fields = {"summary": "sentences", "action_items": "items", "sentiment": "moments"}
    claims = [_claim(text, true[number % len(true)], true, order) for number, text in enumerate(texts)]
    claims += [{**_claim(quote["quote"][:500], quote, [quote], order), "quotes": [quote]} for quote in true]
    return {fields.get(seen.section, seen.section): claims}


def _claim(text: str, quote: Answer, true: list[Answer], order: str) -> dict[str, Any]:
    invented = {"quote": text, "turn": quote["turn"], "score": 1}
    attack = next((one for one in true if order in one["quote"]), quote)
    return {
        "text": text,
        "task": text,
        "label": text[:200],
        "owner": order,
        "deadline": order,
        "priority": "high",
        "first_turn": 0,
        "last_turn": len(true) - 1,
        "quotes": [invented, quote, attack],
        "question": invented,
        "answer": quote,
        **invented,
    }
