"""Escapes of outside text for Markdown, YAML and the links of Obsidian."""

from __future__ import annotations

import json
import re
import unicodedata

# Beyond CommonMark: `$` begins a formula, `^` a block id, `#` a tag, and `|` a cell or the second name of a link.
_MARKUP = re.compile(r"[\\`*_\[\]#|~$^!]")
# Two of these begin a comment or a highlight in Obsidian, or a field of its plug-in Dataview.
_DOUBLE_MARKS = re.compile(r"(?<=%)%|(?<==)=|(?<=:):")
# Text that begins a list item or a rule, and is not one.
_LIST = re.compile(r"(?:[-+=]|\d{1,9}(?=[.)]))")
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")
# Control characters, ends of lines, and the signs that reverse the order of what follows on a line.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# JSON has no need to escape them, but YAML forbids or breaks lines at them.
_UNESCAPED_BY_JSON = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
# Characters that no note of Obsidian may have in its name, or that would be markup in a reader without such links.
_NOT_IN_NOTE = re.compile(r'[\[\]#^|\\/:*"<>?%_~`$=]')
_NOT_IN_TAG = re.compile(r"[^\w-]+")


def markdown_text(text: str) -> str:
    """Return a text on one line that Markdown shows as it is, without markup, links, tags or entities."""
    line = _MARKUP.sub(r"\\\g<0>", " ".join(_CONTROL.sub(" ", text).split()))
    line = _ENTITY.sub("&amp;", line).replace("<", "&lt;").replace(">", "&gt;")
    line = _DOUBLE_MARKS.sub(r"\\\g<0>", line)
    if item := _LIST.match(line):
        # The sign before the space is what makes a list, and of a number that after it.
        place = item.end() if item[0].isdigit() else 0
        line = f"{line[:place]}\\{line[place:]}"
    return line


def yaml_text(text: str) -> str:
    """Return a text as a YAML scalar in double quotes."""
    scalar = json.dumps(text, ensure_ascii=False)
    return _UNESCAPED_BY_JSON.sub(lambda char: f"\\u{ord(char[0]):04x}", scalar)


def note_name(name: str) -> str:
    """Return a person's name as the name of a note, for a link; empty if nothing of it can be one."""
    return " ".join(_NOT_IN_NOTE.sub(" ", _CONTROL.sub(" ", name)).split()).strip(". ")


def tag(text: str) -> str | None:
    """Return a text as a tag of Obsidian, such as `list-price`; `None` where no letter is left."""
    slug = _NOT_IN_TAG.sub("-", unicodedata.normalize("NFC", text).casefold()).strip("-_")
    return slug if any(map(str.isalpha, slug)) else None
