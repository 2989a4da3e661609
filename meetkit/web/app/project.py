"""Facts about the project, for the OpenAPI document."""

from __future__ import annotations

from importlib import metadata
from typing import Any
from urllib.parse import urlsplit

LICENSE = "MIT"
_NAME = "meetkit"


def contact() -> dict[str, Any]:
    """Return whom to ask: the maintainers, at the project's home page where the package names one."""
    try:
        urls = metadata.metadata(_NAME).get_all("Project-URL") or []
    except metadata.PackageNotFoundError:  # Run from a folder, without being installed.
        urls = []
    pages = dict(url.split(", ", 1) for url in urls)
    home = next((url for label, url in pages.items() if label.casefold() in ("homepage", "source", "repository")), None)
    return {"name": f"The maintainers of {_NAME}", **({"url": home} if home else {})}


def servers(public_url: str) -> list[dict[str, Any]]:
    """Return where the routes are: on the host that the document came from, and at the public URL."""
    here = urlsplit(public_url).path.rstrip("/") or "/"
    return [{"url": here, "description": "This server"}, {"url": public_url.rstrip("/"), "description": "Public URL"}]
