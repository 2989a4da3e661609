"""Measure the docstrings, names and comments of `meetkit/`, and fail where they leave the range of model codebases.

Usage: uv run python tools/wording.py [--list] [FILE | FOLDER ...]

`--list` shows every docstring and name that counts. Three shares are measured:

- Docstrings that open with a relative or question word ("What a call asks.", "Whether it is open."): at most 3 %.
  Such a sentence names its subject late; a reference names it first ("The request of one call.", "Return whether ...").
- Names that are one bare participle or pronoun (`found`, `kept`, `one`): at most 0.1 % of the names bound. They say
  what happened to a value, not what it is.
- Lines that are comments: 2.2 % to 4 %. Fewer leave workarounds and bounds unexplained, more narrate the code.

Measured this way, stamina, httpx2 and Starlette have 0 to 0.4 % such docstrings and 2.6 to 3.4 % comments. They have
0.5 to 1.2 % such names, mostly of Python's own vocabulary (`other`, `elapsed`, `parsed`). Most of those left in meetkit
are public fields and methods that hosts use, such as `verified` and `erased`. Database revisions are not measured, as
they are never edited again.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAX_OPENINGS = 3.0
MAX_BARE_NAMES = 0.1
COMMENTS = (2.2, 4.0)

_OPENING = re.compile(
    r"(What|Whether|Who|Whom|Whose|As|Of|Which|How|Those|That|Where|When|These|Somebody|Something|One|Nobody|"
    r"Everything|Everybody)\b"
)
_PARTICIPLE = re.compile(
    "found|kept|said|given|made|told|heard|shown|seen|taken|known|sent|held|written|begun|done|gone|left|lost|met|"
    "thought|felt|brought|bought|caught|built|spent|spoken|chosen|broken|drawn|grown|thrown|worn|forgotten|hidden|"
    "driven|risen|eaten|fallen|meant|dealt|led|fed|sold|understood|stood|won|paid|laid|..+ed"
)
# Nouns and verbs that end like a participle.
_NOT_PARTICIPLE = re.compile("seed|need|feed|speed|embed|shed|bed|indeed|weed|breed|bleed")
_PRONOUN = re.compile(
    "ones?|it|he|they|them|these|those|this|that|which|who|whom|whose|what|others?|some|any|all|both|each|such|same|"
    "many|most|few|none|nobody|everybody|anybody|somebody|something|anything|everything|mine|ours|theirs|us|beside|"
    "apart"
)

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class Measure:
    """Counts over some files, and the place of each offender."""

    docstrings: int = 0
    openings: list[str] = field(default_factory=list)
    names: int = 0
    bare_names: list[str] = field(default_factory=list)
    lines: int = 0
    comments: int = 0

    def add(self, text: str, place: str) -> None:
        """Count one file."""
        tree = ast.parse(text)
        for line, docstring in docstrings(tree):
            self.docstrings += 1
            if _OPENING.match(docstring):
                self.openings.append(f"{place}:{line}: docstring: {docstring.splitlines()[0]}")
        for line, name in bound_names(tree):
            self.names += 1
            if is_bare(name):
                self.bare_names.append(f"{place}:{line}: name: {name}")
        lines = text.splitlines()
        self.lines += len(lines)
        self.comments += sum(line.lstrip().startswith("#") for line in lines)

    def rows(self) -> list[tuple[str, float, bool]]:
        """Return what is measured, its share in percent, and whether that is within its bounds."""
        openings = percent(len(self.openings), self.docstrings)
        bare_names = percent(len(self.bare_names), self.names)
        comments = percent(self.comments, self.lines)
        low, high = COMMENTS
        return [
            (f"docstrings with a late subject (at most {MAX_OPENINGS} %)", openings, openings <= MAX_OPENINGS),
            (f"bare participles or pronouns (at most {MAX_BARE_NAMES} %)", bare_names, bare_names <= MAX_BARE_NAMES),
            (f"comment lines ({low} % to {high} %)", comments, low <= comments <= high),
        ]


def percent(part: int, whole: int) -> float:
    """Return a share in percent; 0 of nothing."""
    return 100 * part / whole if whole else 0.0


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each docstring."""
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and (text := ast.get_docstring(node)):
            yield getattr(node, "lineno", 1), text


def bound_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of each variable, parameter, function, class and capture."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield node.lineno, name


def is_bare(name: str) -> bool:
    """Return whether a name is one word, and that word a participle or a pronoun; Python's own `__all__` is not."""
    word = name.strip("_").lower()
    if name.startswith("__") or _NOT_PARTICIPLE.fullmatch(word):
        return False
    return bool(_PARTICIPLE.fullmatch(word) or _PRONOUN.fullmatch(word)) and "_" not in word


def python_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the Python files of files and folders, without database revisions."""
    for path in paths:
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        yield from (file for file in files if "versions" not in file.parts)


def main(arguments: list[str]) -> int:
    """Print the shares and return 0 where all are within their bounds, else 1."""
    parser = argparse.ArgumentParser(description="Measure docstrings, names and comments.")
    parser.add_argument("paths", nargs="*", type=Path, default=[Path("meetkit")], metavar="PATH")
    parser.add_argument("--list", action="store_true", help="show every docstring and name that counts")
    options = parser.parse_args(arguments)
    measure = Measure()
    for path in python_files(options.paths):
        measure.add(path.read_text("utf-8"), str(path))
    if options.list:
        for offender in (*measure.openings, *measure.bare_names):
            print(offender)
    rows = measure.rows()
    for what, share, is_within in rows:
        print(f"{'ok  ' if is_within else 'FAIL'} {share:6.2f} % {what}")
    return int(not all(is_within for _, _, is_within in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
