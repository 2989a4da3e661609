"""The documentation site: its generated pages are complete, and its check of links finds what is broken."""

from __future__ import annotations

import importlib
import re
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from meetkit.cli.app import cli
from meetkit.settings import Settings
from meetkit.web import create_app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture
def extension(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a module of the site's own extension, which needs no Sphinx."""
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    yield importlib.import_module
    # Other modules stay, as tables cannot be defined twice.
    for path in (DOCS / "_ext").glob("*.py"):
        sys.modules.pop(path.stem, None)


def test_every_route_is_in_the_http_reference(extension: Any) -> None:
    document = create_app(Settings(database_url="sqlite://")).openapi()

    page = extension("http_reference").render(document)

    for path, item in document["paths"].items():
        for method in item:
            assert f"### `{method.upper()} {path}`" in page
    for name in re.findall(r"\]\(#([a-z0-9_]+)\)", page):
        assert f"### `{name}`" in page.lower()


def test_a_route_is_described_by_its_parameters_bodies_and_codes(extension: Any) -> None:
    page = extension("http_reference").render(create_app(Settings(database_url="sqlite://")).openapi())
    route = page.split("### `PATCH /api/v1/meetings/{meeting_id}`")[1].split("### ")[0]

    assert "| `meeting_id` (required) | path | string |" in route
    assert "Body, `application/json`: [`MeetingPatch`](#meetingpatch)" in route
    assert "Returns 200: [`Meeting`](#meeting)" in route
    assert re.search(r"^Errors: 400, 401, 403, 404, 409.*, 412", route, re.MULTILINE)


def test_every_command_and_option_is_in_the_command_reference(extension: Any) -> None:
    reference = extension("command_reference")

    page = reference.render(cli, "meetkit")

    contexts = list(reference.contexts(cli, "meetkit"))
    assert {"meetkit analyze", "meetkit db upgrade"} <= {context.command_path for context in contexts}
    for context in contexts:
        section = page.split(f"## `{context.command_path}`\n")[1].split("\n## ")[0]
        for parameter in context.command.params:
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                assert option in section


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<a href="other.html">', None),
        ('<a href="other.html#there">', None),
        ('<a href="#here"><p id="here">', None),
        ('<a href="https://example.com/">', None),
        ('<img src="data:image/png;base64,AA==">', None),
        ('<link rel="canonical" href="https://example.com/">', None),
        ('<a href="none.html">', "no file for none.html"),
        ('<a href="other.html#nowhere">', "no anchor for other.html#nowhere"),
        ('<a href="#nowhere">', "no anchor for #nowhere"),
        ('<script src="https://example.com/a.js">', "loads https://example.com/a.js"),
        ('<link rel="stylesheet" href="//example.com/a.css">', "loads //example.com/a.css"),
        ('<img src="http://example.com/a.png">', "loads http://example.com/a.png"),
        ('<p style="background: url(https://example.com/a.png)">', "loads https://example.com/a.png"),
    ],
)
def test_the_check_finds_broken_links_and_files_from_elsewhere(
    html: str, problem: str | None, extension: Any, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text(html, "utf-8")
    (tmp_path / "other.html").write_text('<h1 id="there">', "utf-8")

    found = extension("links").problems(tmp_path)

    assert found == ([f"{tmp_path / 'index.html'}: {problem}"] if problem else [])


def test_the_check_reads_style_sheets(extension: Any, tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("@import 'https://example.com/a.css'; p {background: url(a.png)}", "utf-8")

    assert extension("links").problems(tmp_path) == [f"{tmp_path / 'site.css'}: loads https://example.com/a.css"]


def test_every_page_is_in_the_navigation() -> None:
    """So that it is found; `decisions` are listed by a pattern."""
    trees = {
        name.strip()
        for index in (DOCS / "index.md", DOCS / "reference" / "python" / "index.md")
        for tree in re.findall(r"^```{toctree}\n(.*?)^```$", index.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        for line in tree.splitlines()
        for name in [str((index.parent / line).relative_to(DOCS)) if line and not line.startswith(":") else ""]
    }
    pages = {str(path.relative_to(DOCS).with_suffix("")) for path in DOCS.rglob("*.md")}

    assert {page for page in pages if not page.startswith("decisions/0")} == (trees - {"", "."}) | {"index"}


def test_every_public_module_has_a_page() -> None:
    """The list is that of the extension, read without Sphinx."""
    source = (DOCS / "_ext" / "docs_site.py").read_text("utf-8")
    public = re.findall(r'^    "(meetkit[^"]*)",$', source, re.MULTILINE)
    pages = {path.stem for path in (DOCS / "reference" / "python").glob("*.md")} - {"index"}

    assert public
    assert pages == {name.removeprefix("meetkit.") for name in public}
    for name in public:
        assert isinstance(importlib.import_module(name), types.ModuleType)
