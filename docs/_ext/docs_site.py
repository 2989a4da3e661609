"""A Sphinx extension: generated reference pages, links into the repository, and a check of the built pages."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import textwrap
from pathlib import Path
from typing import Any, get_type_hints

import command_reference
import http_reference
import links
from docutils import nodes
from pydantic import BaseModel
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.inspect import stringify_signature

from meetkit.cli.app import cli
from meetkit.settings import Settings
from meetkit.web import create_app

ROOT = Path(__file__).parents[2]

_logger = logging.getLogger(__name__)

# The pages of files outside `docs`, and of its folders: links written for the repository lead to these on the site.
PAGES = {
    ROOT / "ARCHITECTURE.md": "/architecture.md",
    ROOT / "CONTRIBUTING.md": "/contributing.md",
    ROOT / "CHANGELOG.md": "/changelog.md",
    ROOT / "benchmarks" / "README.md": "/benchmarks.md",
    ROOT / "README.md": "/index.md",
    ROOT / "docs" / "decisions": "/decisions/index.md",
}

# The public modules, in the order in which a name that several of them export is documented once.
PUBLIC = (
    "meetkit.meeting_service",
    "meetkit.models",
    "meetkit.models.analysis",
    "meetkit.models.corrections",
    "meetkit.models.transcripts",
    "meetkit.models.records",
    "meetkit.models.usage",
    "meetkit.models.typed_dicts",
    "meetkit.availability",
    "meetkit.calendars",
    "meetkit.insights.analysis",
    "meetkit.insights.corrections",
    "meetkit.insights.export",
    "meetkit.insights.own_notes",
    "meetkit.insights.templates",
    "meetkit.insights.transcript",
    "meetkit.storage",
    "meetkit.errors",
    "meetkit.llm_client",
    "meetkit.providers",
    "meetkit.web",
    "meetkit.web.flask",
    "meetkit.web.context",
    "meetkit.accounts.caller",
    "meetkit.accounts.guarded_store",
    "meetkit.polls.service",
    "meetkit.polls.models",
    "meetkit.capabilities",
    "meetkit.testing",
)

# Functions of a module without `__all__` that other modules of meetkit share, and hosts do not need.
_INTERNAL = {"brief_repr"}

_LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|[/#])([^)#\s]+)")
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)(?P<suffix>(?=\w))?")
_DRAWING = re.compile("[├└│]")


def public_names(module_name: str) -> list[str]:
    """Return what a module exports: its `__all__`, or the classes and functions that it defines."""
    module = importlib.import_module(module_name)
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and name not in _INTERNAL
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module_name
    ]


def documented_in(module_name: str, name: str) -> str:
    """Return the public module on whose page an object is documented: the first that exports it."""
    value = getattr(importlib.import_module(module_name), name)
    for public in PUBLIC:
        if name in public_names(public) and getattr(importlib.import_module(public), name) is value:
            return public
    raise LookupError(f"{module_name} is not one of the public modules")


class _Markdown(SphinxDirective):
    """Markdown that is generated where the directive stands."""

    def markdown(self) -> str:
        """Return what to read in the place of the directive."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes(self.markdown(), allow_section_headings=True)


class PythonReference(_Markdown):
    """A public module: its docstring and what it exports."""

    required_arguments = 1

    def markdown(self) -> str:
        """Return directives of autodoc."""
        module = self.arguments[0]
        lines = ["```{eval-rst}", f".. automodule:: {module}", "   :no-members:", ""]
        references = []
        for name in public_names(module):
            home = documented_in(module, name)
            if home == module:
                value = getattr(importlib.import_module(module), name)
                lines += [
                    f".. {_kind(value)}:: {module}.{name}",
                    *(["   :members:"] if inspect.isclass(value) else []),
                    "",
                ]
            else:
                references.append(f":py:obj:`~{home}.{name}`")
        if references:
            lines += [f"Also exported here: {', '.join(references)}."]
        return "\n".join([*lines, "```"])


def _kind(value: object) -> str:
    """Return the directive of autodoc for an object."""
    if inspect.isclass(value):
        return "autoexception" if issubclass(value, BaseException) else "autoclass"
    return "autofunction" if inspect.isroutine(value) else "autodata"


class HttpReference(_Markdown):
    """All routes of the service, of its OpenAPI document."""

    def markdown(self) -> str:
        """Return the routes by tag."""
        return http_reference.render(create_app(Settings(database_url="sqlite://")).openapi())


class CommandReference(_Markdown):
    """All commands of `meetkit`."""

    def markdown(self) -> str:
        """Return the commands in alphabetical order."""
        return command_reference.render(cli, "meetkit")


def lead_to_pages(text: str, folder: Path) -> str:
    """Return Markdown whose links to included files, written for the repository, lead to their pages on the site."""

    def page(match: re.Match[str]) -> str:
        target = Path(os.path.normpath(folder / match[1]))
        if target in PAGES:
            return PAGES[target]
        inside = folder != ROOT / "docs" and target.is_relative_to(ROOT / "docs")
        return f"/{target.relative_to(ROOT / 'docs')}" if inside else match[1]

    return _LINK.sub(page, text)


def _read_page(app: Sphinx, docname: str, content: list[str]) -> None:
    content[0] = lead_to_pages(content[0], Path(app.env.doc2path(docname)).parent)


def _read_included(app: Sphinx, path: Path, _docname: str, content: list[str]) -> None:
    content[0] = lead_to_pages(content[0], (Path(app.srcdir) / path).resolve().parent)


def _read_docstring(_app: Sphinx, object_type: str, name: str, _value: Any, _options: Any, lines: list[str]) -> None:
    """Turn the Markdown of a docstring into reStructuredText: code has two backticks, a drawing is a literal block."""
    if object_type == "data":
        lines[:] = _constant_docstring(*name.rsplit(".", 1)) or lines
    paragraphs = "\n".join(lines).split("\n\n")
    lines[:] = "\n\n".join(map(_paragraph, paragraphs)).split("\n")


def _constant_docstring(module_name: str, name: str) -> list[str]:
    """Return the docstring of a constant from the module that defines it; the value has only that of its type."""
    source = inspect.getsource(importlib.import_module(module_name))
    imports = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    homes = [node.module for node in imports for alias in node.names if alias.name == name]
    home = homes[0] if homes and homes[0] else module_name
    return ModuleAnalyzer.for_module(home).find_attr_docs().get(("", name), [])


def _paragraph(text: str) -> str:
    if _DRAWING.search(text):
        return "::\n\n" + textwrap.indent(text, "    ")
    # Markdown lets a letter follow code, as in a plural; reStructuredText wants an escaped space there.
    return _CODE.sub(lambda code: f"``{code[1].strip()}``" + ("" if code["suffix"] is None else "\\ "), text)


def _model_signature(_app: Sphinx, _object_type: str, _name: str, value: Any, *_: Any) -> tuple[str, str] | None:
    """Return the signature of a Pydantic model with plain types: how a field is validated is in its docstring."""
    if not (inspect.isclass(value) and issubclass(value, BaseModel)):
        return None
    hints = get_type_hints(value)
    signature = inspect.signature(value)
    plain = [field.replace(annotation=hints.get(name, Any)) for name, field in signature.parameters.items()]
    text = stringify_signature(signature.replace(parameters=plain, return_annotation=None), unqualified_typehints=True)
    return text.removesuffix(" -> None"), ""


def _skip_member(_app: Sphinx, _object_type: str, name: str, _value: Any, *_: Any) -> bool | None:
    return True if name.startswith("model_") else None


def _check(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.name != "html":
        return
    for problem in links.problems(Path(app.outdir)):
        _logger.error(problem)
        app.statuscode = 1


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives and what happens as pages are read and written."""
    app.add_directive("python-reference", PythonReference)
    app.add_directive("http-reference", HttpReference)
    app.add_directive("command-reference", CommandReference)
    app.connect("source-read", _read_page)
    app.connect("include-read", _read_included)
    app.connect("autodoc-process-docstring", _read_docstring, priority=400)
    app.connect("autodoc-process-signature", _model_signature)
    app.connect("autodoc-skip-member", _skip_member)
    app.connect("build-finished", _check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
