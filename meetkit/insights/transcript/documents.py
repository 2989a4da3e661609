"""Word documents and RTF as plain text, by the libraries of the extra `documents`."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript.labels import Label, classify

if TYPE_CHECKING:
    from docx.table import Table

_ZIP = b"PK\x03\x04"
_RTF = b"{\\rtf"
_WORD_PART = "word/document.xml"
# An hour of talk is 100 kB of XML. What unpacks to more than these is a bomb, or holds other things than a talk.
_MAX_PARTS, _MAX_PART, _MAX_UNPACKED = 2000, 20_000_000, 100_000_000
_MAX_RTF = 20_000_000
# Bounds within which the library reads a font table in time linear in the file.
_MAX_FONT_TABLE, _MAX_FONT = 60_000, 250
_REFUSALS = {
    "xl/workbook.xml": "an Excel workbook; save the sheet as CSV",
    "ppt/presentation.xml": "a PowerPoint file; save its text as .txt",
    "content.xml": "an OpenDocument file; save it as .docx or plain text",
    "word/vbaProject.bin": "a Word document with macros; save it as .docx",
}


def document_text(data: str | bytes) -> tuple[Literal["docx", "rtf"], str] | None:
    """Return `docx` or `rtf` and the text of a document, told from its first bytes; `None` for other data.

    Raises:
        InvalidRequestError: it is damaged, too large when unpacked, has macros, or is of another program; or the extra
            `documents` is not installed.
    """
    head = data[:8].encode("utf-8", "replace") if isinstance(data, str) else data[:8]
    if head.startswith(_RTF):
        return "rtf", _rtf_text(data)
    if isinstance(data, bytes) and head.startswith(_ZIP):
        return "docx", _docx_text(data)
    return None


def _docx_text(data: bytes) -> str:
    _check_package(data)
    try:
        import docx  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise _missing_extra("a Word document") from error
    try:
        document = docx.Document(io.BytesIO(data))
        lines = [line for block in document.iter_inner_content() for line in _block_lines(block)]
    # lxml's errors are SyntaxErrors; the library raises what it stumbles over.
    except (ValueError, KeyError, AttributeError, TypeError, SyntaxError, zipfile.BadZipFile, NotImplementedError):
        raise InvalidRequestError(
            "the Word document is damaged or of another kind; open it and save it as .docx or plain text"
        ) from None
    return "\n".join(lines)


def _check_package(data: bytes) -> None:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise InvalidRequestError("the transcript is a damaged Word document or zip archive; save it again") from None
    names = {part.filename for part in parts}
    for name, description in _REFUSALS.items():
        if name in names:
            raise InvalidRequestError(f"the transcript is {description}")
    if _WORD_PART not in names:
        raise InvalidRequestError("the transcript is a zip archive without a Word document; unpack it first")
    is_bomb = (
        len(parts) > _MAX_PARTS
        or any(part.file_size > _MAX_PART for part in parts if part.filename.endswith((".xml", ".rels")))
        or sum(part.file_size for part in parts) > _MAX_UNPACKED
    )
    if is_bomb:
        raise InvalidRequestError("the Word document is too large when unpacked; save its text as .txt")


def _block_lines(block: object) -> Iterator[str]:
    from docx.table import Table as DocxTable  # noqa: PLC0415  # as above

    if isinstance(block, DocxTable):
        yield from _table_lines(block)
    else:
        yield getattr(block, "text", "")


def _table_lines(table: Table) -> Iterator[str]:
    """Yield the rows of a table: `Name: words` where the first of two cells is a name, else cells between tabs."""
    for row in table.rows:
        cells = [" ".join(cell.text.split()) for cell in row.cells]
        if len(cells) == 2 and classify(cells[0]) is Label.NAME:
            yield f"{cells[0]}: {cells[1]}"
        else:
            out = io.StringIO()
            csv.writer(out, delimiter="\t", lineterminator="").writerow(cells)
            yield out.getvalue()


def _rtf_text(data: str | bytes) -> str:
    try:
        from striprtf import striprtf  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise _missing_extra("an RTF document") from error
    text = data if isinstance(data, str) else data.decode("latin-1")
    if len(text) > _MAX_RTF:
        raise InvalidRequestError("the RTF document is too large; save its text as .txt")
    fonts: str = striprtf.font_table_group(text)  # type: ignore[no-untyped-call]  # the library has no types
    if len(fonts) > _MAX_FONT_TABLE or any(len(font) > _MAX_FONT for font in fonts.split(";")):
        raise InvalidRequestError("the RTF document has a malformed font table; save its text as .txt")
    # The library looks for links by a pattern that is slow on hostile lines; line ends, which say nothing, stop it.
    text = text.replace(fonts, fonts.replace(";", ";\n"), 1).replace("{\\field{", "{\\field\n{")
    try:
        plain: str = striprtf.rtf_to_text(text, errors="replace")  # type: ignore[no-untyped-call]  # as above
        # Characters above U+FFFF come as two halves.
        return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    except (ValueError, LookupError, TypeError, OverflowError):
        raise InvalidRequestError("the RTF document is damaged; open it and save it as plain text") from None


def _missing_extra(description: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"{description} needs the extra 'documents': pip install 'meetkit[documents]'; or save its text as .txt"
    )
