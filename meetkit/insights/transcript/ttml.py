"""TTML and the caption files of YouTube in XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript.labels import clean_name
from meetkit.insights.transcript.media_times import MILLISECONDS, MediaTime, parse_time
from meetkit.insights.transcript.raw_segments import RawSegment, to_segments
from meetkit.insights.transcript.segments import Segment
from meetkit.insights.transcript.source_notes import SourceNotes

_TICKS = re.compile(r"(\d{1,18})t")
_FRAMES = re.compile(r"(\d{1,9})f")
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def read_ttml(text: str, notes: SourceNotes) -> tuple[str, list[Segment]]:
    """Read TTML (W3C), or YouTube's `transcript` and `timedtext`; return the form and the segments.

    Raises:
        InvalidRequestError: it is not well-formed, declares entities, or is other XML.
    """
    # Entities can refer to other files, or grow to any size; captions need none.
    if _DECLARATION.search(text):
        raise InvalidRequestError("the XML declares a document type or entities; captions need none, remove them")
    try:
        root = ET.fromstring(text.encode())  # noqa: S314  # without entities there is nothing to expand
    except (ET.ParseError, ValueError, RecursionError) as error:
        raise InvalidRequestError(f"the file is not well-formed XML: {error}") from None
    kind = _local(root.tag)
    if kind == "tt":
        return "ttml", to_segments(list(_paragraphs(root)), notes)
    if kind in ("transcript", "timedtext"):
        return "youtube-xml", to_segments(list(_youtube(root)), notes, MILLISECONDS if kind == "timedtext" else 1)
    raise InvalidRequestError(
        f"the XML has the element <{kind[:40]}>, not captions; the XML read is TTML, with <tt>, and YouTube's captions"
    )


def _paragraphs(root: ET.Element) -> Iterator[RawSegment]:
    rates = _rates(root)
    agents = _agents(root)
    divisions = {child: node for node in root.iter() for child in node} if agents else {}
    for index, node in enumerate(node for node in root.iter() if _local(node.tag) == "p"):
        place = f"p[{index}]"
        start, end, length = (_time(f"{place}.{name}", node.get(name), rates) for name in ("begin", "end", "dur"))
        if end is None and start is not None and length is not None:
            end = start.plus(length)
        yield RawSegment(place, _speaker(node, agents, divisions), _words(node), start, end)


def _agents(root: ET.Element) -> dict[str, str]:
    """Return the names of the agents by their ids."""
    names: dict[str, str] = {}
    for agent in (node for node in root.iter() if _local(node.tag) == "agent"):
        name = next((node.text for node in agent.iter() if _local(node.tag) == "name" and node.text), None)
        if (key := _attribute(agent, "id")) and name:
            names[key] = name
    return names


def _speaker(node: ET.Element, agents: dict[str, str], parents: dict[ET.Element, ET.Element]) -> str | None:
    at: ET.Element | None = node
    while at is not None:
        if agent := _attribute(at, "agent"):
            return clean_name(agents.get(agent, agent))
        at = parents.get(at)
    return clean_name(_attribute(node, "speaker") or "")


def _attribute(node: ET.Element, name: str) -> str | None:
    return next((value for key, value in node.attrib.items() if _local(key) == name), None)


def _rates(root: ET.Element) -> tuple[float, float]:
    """Return the ticks and the frames of a second."""
    frames = _number(_attribute(root, "frameRate"), 30)
    return _number(_attribute(root, "tickRate"), 1), frames


def _number(text: str | None, usual: float) -> float:
    return float(text) if text and text.isdecimal() and len(text) < 12 and int(text) else usual


def _time(place: str, text: str | None, rates: tuple[float, float]) -> MediaTime | None:
    if text is None:
        return None
    for pattern, rate in zip((_TICKS, _FRAMES), rates, strict=True):
        if match := pattern.fullmatch(text):
            return MediaTime(int(match[1]) / rate, 1)
    return parse_time(place, text, 1)


def _youtube(root: ET.Element) -> Iterator[RawSegment]:
    nodes = [node for node in root.iter() if _local(node.tag) in ("text", "p")]
    for index, node in enumerate(nodes):
        place = f"{_local(node.tag)}[{index}]"
        start, length = (
            parse_time(place, node.get(long) or node.get(short)) for long, short in (("start", "t"), ("dur", "d"))
        )
        yield RawSegment(place, None, _words(node), start, start.plus(length) if start and length else None)


def _words(node: ET.Element) -> str:
    parts: list[str] = []
    for part in node.iter():
        parts.append("\n" if _local(part.tag) == "br" else part.text or "")
        if part is not node:
            parts.append(part.tail or "")
    return _SPACE.sub(" ", "".join(parts)).strip()


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
