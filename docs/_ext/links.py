"""A check of the built pages: links and anchors lead somewhere, and nothing is loaded from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADING_ATTRIBUTES = {"script": "src", "img": "src", "source": "src", "iframe": "src", "link": "href", "use": "href"}
# Other relations, such as `canonical`, name a page and load nothing.
_LOADING_RELATIONS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch", "manifest"}
_OUTSIDE_IN_CSS = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)")


class _Page(HTMLParser):
    """The anchors, links and loaded files of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        loads = tag != "link" or not _LOADING_RELATIONS.isdisjoint(values.get("rel", "").split())
        if loads and _LOADING_ATTRIBUTES.get(tag) in values:
            self.loaded.append(values[_LOADING_ATTRIBUTES[tag]])
        self.loaded += _OUTSIDE_IN_CSS.findall(values.get("style", ""))


def problems(folder: Path) -> list[str]:
    """Return a line for each broken link, broken anchor and file from elsewhere in a folder of HTML pages."""
    pages = {path.resolve(): _Page(path.read_text("utf-8")) for path in sorted(folder.rglob("*.html"))}
    lines = [f"{path}: {problem}" for path, page in pages.items() for problem in _problems(path, page, pages)]
    for path in sorted(folder.rglob("*.css")):
        lines += [f"{path}: loads {outside}" for outside in _OUTSIDE_IN_CSS.findall(path.read_text("utf-8"))]
    return lines


def _problems(path: Path, page: _Page, pages: dict[Path, _Page]) -> Iterator[str]:
    yield from (f"loads {target}" for target in page.loaded if _is_outside(target))
    for target in dict.fromkeys([*page.links, *page.loaded]):
        if _is_outside(target) or urlsplit(target).scheme in ("mailto", "data"):
            continue
        parts = urlsplit(target)
        file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not file.is_file():
            yield f"no file for {target}"
        elif parts.fragment and file in pages and unquote(parts.fragment) not in pages[file].anchors:
            yield f"no anchor for {target}"


def _is_outside(target: str) -> bool:
    return target.startswith(("http:", "https:", "//"))
