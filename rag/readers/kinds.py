"""The kinds of files that can be read, found by what a file holds and then by its suffix, and the reader of each.

A reader is imported when the first file of its kind is read.
"""

import re
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import PurePosixPath
from typing import NamedTuple

from rag.errors import ReadError
from rag.readers.draft import Extract
from rag.readers.isolation import Isolated
from rag.readers.plain import decode
from rag.schema import Place


class Kind(NamedTuple):
    """One kind of file: the module and function that extract its text, and what their outcome depends on.

    `edition` rises whenever the same bytes give another text or other places; an upgraded library counts as well. Kinds whose text
    is the file's own have edition 0. Files of a `packed` kind are larger than the text in them.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    function: str
    edition: int
    libraries: tuple[str, ...] = ()
    packed: bool = False


KINDS = (
    Kind("text", (".txt",), "plain", "text", 0),
    Kind("markdown", (".md", ".markdown"), "plain", "markdown", 0),
    Kind("html", (".html", ".htm", ".xhtml"), "html", "extract", 1, ("lxml",)),
    Kind("pdf", (".pdf",), "pdf", "extract", 1, ("pypdfium2",), packed=True),
    Kind("docx", (".docx",), "docx", "extract", 1, ("python-docx", "lxml"), packed=True),
    Kind("csv", (".csv", ".tsv"), "tables", "extract", 1),
    Kind("json", (".json", ".jsonl", ".ndjson"), "json_lines", "extract", 1),
    Kind("epub", (".epub",), "epub", "extract", 1, ("lxml",), packed=True),
)
# Rises when other files are refused, by what they are, than before.
RULES = 1
_BY_NAME = {kind.name: kind for kind in KINDS}
_BY_SUFFIX = {suffix: kind for kind in KINDS for suffix in kind.suffixes}

SUFFIXES = tuple(_BY_SUFFIX)
FORMATS = ", ".join(kind.suffixes[0] for kind in KINDS[:-1]) + f" or {KINDS[-1].suffixes[0]}"

# A comment ends at its first end, for good: else comments in a row could be parted in ever so many ways, all of which are tried.
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--(?>.{0,2000}?-->)\s*)*+<(?:!doctype\s+html|html)\b", re.I | re.S
)
_HEAD = 4_096
_OTHER_PACKED = {
    "xl/workbook.xml": "an Excel workbook",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "content.xml": "an OpenDocument file",
}
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Office file", "Save it as .docx without a password."),
    (b"{\\rtf", "an RTF file", "Save it as .docx."),
)


def extract(data: bytes, name: str, isolated: Isolated) -> tuple[str, tuple[Place, ...], str]:
    """The text of a file's bytes, the places in it, and the reader with its version ("" where the text is the file's own).

    Kinds whose text is not the file's own are read by `isolated`: libraries may fail, and a small file may give a huge text. Raises
    ReadError, which begins with `name`, when there is no text in it or it cannot be read.
    """
    kind = kind_of(data, name)
    if kind.edition:
        found = isolated.extract(f"rag.readers.{kind.module}", kind.function, data, name)
    else:
        reader: Callable[[bytes, str], Extract] = getattr(import_module(f"rag.readers.{kind.module}"), kind.function)
        found = reader(data, name)
    return found.text, found.places, _reader(kind.name)


def check(data: bytes, name: str) -> None:
    """Raises ReadError when a file is not of a kind that can be read, as far as its first look tells."""
    kind = kind_of(data, name)
    if kind.name != "html" and not kind.packed:
        decode(data, name)


def is_packed(name: str) -> bool:
    """Whether a file of this name is larger than the text in it."""
    kind = _BY_SUFFIX.get(PurePosixPath(name).suffix.lower())
    return kind is not None and kind.packed


def is_current(reader: str) -> bool:
    """Whether a document that `reader` read would be read in the same way now."""
    return not reader or reader == _reader(reader.partition(" ")[0])


def editions() -> str:
    """What decides whether a file can be read, all readers with their versions: a refusal holds as long as this stays."""
    return "; ".join([f"rules {RULES}", *filter(None, (_reader(kind.name) for kind in KINDS))])


def kind_of(data: bytes, name: str) -> Kind:
    """What a file is: by its first bytes where they say it for certain, else by its suffix. Raises ReadError."""
    kind = _BY_SUFFIX.get(PurePosixPath(name).suffix.lower(), _BY_NAME["text"])
    if not data:
        raise ReadError(f"{name} is empty.", "Put text into the file, or ignore it.")
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return _BY_NAME["pdf"]
    if head.startswith(b"PK\x03\x04"):
        return _BY_NAME[_packed(data, name)]
    for mark, what, hint in _FOREIGN:
        if head.startswith(mark):
            raise ReadError(f"{name} is {what}.", hint)
    if kind.name in ("text", "pdf") and _HTML.match(head):
        return _BY_NAME["html"]
    if kind.name == "html" and b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadError(f"{name} is binary: byte {head.index(0):,} is NUL.", "Only text files can be documents.")
    if kind.packed:
        raise ReadError(f"{name} is no {kind.name.upper()} file: it does not begin as one.", "Give the file the suffix of what it is.")
    return kind


def _packed(data: bytes, name: str) -> str:
    """What kind of document a zip archive is. Raises ReadError when it is none that can be read."""
    from rag.readers.archive import open_zip

    with open_zip(data, name, sys.maxsize) as archive:
        names = set(archive.namelist())
    if "META-INF/container.xml" in names:
        return "epub"
    if "word/document.xml" in names:
        return "docx"
    what = next((what for file, what in _OTHER_PACKED.items() if file in names), "a zip archive, not a document")
    raise ReadError(f"{name} is {what}.", f"Save what it holds as {FORMATS} files.")


@cache
def _reader(kind: str) -> str:
    known = _BY_NAME.get(kind)
    if known is None or not known.edition:
        return ""
    from importlib.metadata import version

    return " ".join([f"{kind} {known.edition}", *(f"{library} {version(library)}" for library in known.libraries)])
