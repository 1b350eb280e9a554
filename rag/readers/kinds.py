"""The kinds of files that can be read, found by what a file holds and then by its suffix, and the reader of each.

A reader is imported when the first file of its kind is read.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import PurePosixPath
from typing import NamedTuple

from rag.errors import ReadError
from rag.readers.draft import Extract
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
)
_BY_NAME = {kind.name: kind for kind in KINDS}
_BY_SUFFIX = {suffix: kind for kind in KINDS for suffix in kind.suffixes}

SUFFIXES = tuple(_BY_SUFFIX)
FORMATS = ", ".join(kind.suffixes[0] for kind in KINDS[:-1]) + f" or {KINDS[-1].suffixes[0]}"

_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S)
_HEAD = 4_096


def extract(data: bytes, name: str) -> tuple[str, tuple[Place, ...], str]:
    """The text of a file's bytes, the places in it, and the reader with its version ("" where the text is the file's own).

    Raises ReadError, which begins with `name`, when there is no text in it or it cannot be read.
    """
    kind = kind_of(data, name)
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


def kind_of(data: bytes, name: str) -> Kind:
    """What a file is: by its first bytes where they say it for certain, else by its suffix. Raises ReadError."""
    suffix = PurePosixPath(name).suffix.lower()
    kind = _BY_SUFFIX.get(suffix, _BY_NAME["text"])
    head = data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return _BY_NAME["pdf"]
    if kind.name in ("text", "pdf") and _HTML.match(head):
        return _BY_NAME["html"]
    if kind.name == "pdf" and data:
        raise ReadError(f"{name} is not a PDF: it does not begin as one.", "Give the file the suffix of what it is.")
    return kind


@cache
def _reader(kind: str) -> str:
    known = _BY_NAME.get(kind)
    if known is None or not known.edition:
        return ""
    from importlib.metadata import version

    return " ".join([f"{kind} {known.edition}", *(f"{library} {version(library)}" for library in known.libraries)])
