"""Plain text and JSON on standard output, for people and for programs."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:  # Every command prints; only those that print values need pydantic.
    from meetkit.models.base import Value

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")

# Without them no escape sequence can begin, in 7 bits (ESC) or in 8 (C1).
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# JSON has to escape what is below a space only; these can steer a terminal, too.
_UNESCAPED_BY_JSON = re.compile("[\x7f-\x9f]")


def sanitize(text: str) -> str:
    """Replace each control character but tab and line feed by a question mark, so that text cannot steer a terminal."""
    return _CONTROL.sub("?", text)


def one_line(text: str) -> str:
    """Sanitize a text and collapse its white space, for messages of one line."""
    return sanitize(" ".join(text.split()))


def print_json(value: object, *, exclude: set[str] | None = None, stderr: bool = False) -> None:
    """Print a value as indented JSON; at any depth it may hold values of `meetkit.models`, without the fields excluded.

    The text fits the encoding of standard output and cannot steer a terminal.
    """

    def dump(part: Value) -> dict[str, Any]:
        return part.model_dump(mode="json", exclude=exclude)

    # Any other encoding would lose characters, which JSON can escape.
    is_unicode = "utf" in (sys.stdout.encoding or "")
    text = json.dumps(value, ensure_ascii=not is_unicode, indent=2, default=dump)
    click.echo(_UNESCAPED_BY_JSON.sub(lambda char: f"\\u{ord(char[0]):04x}", text), err=stderr)
