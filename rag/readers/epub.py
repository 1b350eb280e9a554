"""EPUB: the chapters in their order; headings, or the entries of the table of contents, are the places."""

import posixpath
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from zipfile import ZipFile

from lxml import etree
from lxml.etree import _Element as Element

from rag.errors import ReadError
from rag.readers import html
from rag.readers.archive import open_zip, read_member
from rag.readers.draft import Draft, Extract, one_line, section

MOST_UNPACKED = 2_000_000_000  # bytes, pictures among them, which are not unpacked
MOST_CHAPTER = 20_000_000
MOST_TEXT = 100_000_000

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"


class _Item(NamedTuple):
    path: str
    properties: frozenset[str]


def extract(data: bytes, name: str) -> Extract:
    """The text of a book. Raises ReadError when it is damaged, protected, or has no text."""
    with open_zip(data, name, MOST_UNPACKED) as book:
        chapters, contents = _reading_order(book, name)
        locked = _locked(book, name)
        if any(chapter.path in locked for chapter in chapters):
            raise ReadError(f"{name} is protected against copying.", "Only books without such a protection can be read.")
        draft = Draft()
        size = 0
        for chapter in chapters:
            content = _member(book, chapter.path, name, MOST_CHAPTER)
            size += len(content)
            if size > MOST_TEXT:
                raise ReadError(f"{name} holds more than {MOST_TEXT:,} bytes of text.", "Split the book.")
            if content.strip() and "nav" not in chapter.properties:
                if title := contents.get(chapter.path):
                    draft.begin(section(title))
                html.write(html.parse(content, name, as_xml=True), draft, with_title=False)
    extracted = draft.finish()
    if not extracted.text:
        raise ReadError(f"{name} holds no text.", "If it holds pictures of pages, make their text readable with an OCR program.")
    return extracted


def _reading_order(book: ZipFile, name: str) -> tuple[list[_Item], dict[str, str]]:
    """The chapters in order, and the titles that the table of contents gives to files."""
    root = _xml(_member(book, _CONTAINER, name, MOST_CHAPTER), name).find(".//{*}rootfile")
    path = root.get("full-path", "") if root is not None else ""
    package = _xml(_member(book, path, name, MOST_CHAPTER), name)
    items = {
        item.get("id", ""): _Item(_resolved(path, item.get("href", "")), frozenset(item.get("properties", "").split()))
        for item in package.iterfind(".//{*}manifest/{*}item")
    }
    order = [reference for reference in package.iterfind(".//{*}spine/{*}itemref") if reference.get("linear") != "no"]
    chapters = [items[reference.get("idref", "")] for reference in order if reference.get("idref") in items]
    spine = package.find(".//{*}spine")
    listed = [item.path for item in items.values() if "nav" in item.properties]
    if spine is not None and spine.get("toc") in items:
        listed.append(items[spine.get("toc", "")].path)
    contents: dict[str, str] = {}
    for file in listed:
        for target, title in _entries(book, file, name):
            contents.setdefault(target, title)
    return chapters, contents


def _entries(book: ZipFile, path: str, name: str) -> Iterator[tuple[str, str]]:
    """The entries of a table of contents, of either kind, as (file, title)."""
    if path not in book.namelist():
        return
    tree = _xml(_member(book, path, name, MOST_CHAPTER), name)
    for link in tree.iterfind(".//{*}nav//{*}a"):
        yield _resolved(path, link.get("href", "")), one_line("".join(link.itertext()))
    for point in tree.iterfind(".//{*}navPoint"):
        label, content = point.find("{*}navLabel"), point.find("{*}content")
        if label is not None and content is not None:
            yield _resolved(path, content.get("src", "")), one_line("".join(label.itertext()))


def _locked(book: ZipFile, name: str) -> set[str]:
    if _ENCRYPTION not in book.namelist():
        return set()
    tree = _xml(_member(book, _ENCRYPTION, name, MOST_CHAPTER), name)
    return {_resolved("", reference.get("URI", "")) for reference in tree.iterfind(".//{*}CipherReference")}


def _member(book: ZipFile, path: str, name: str, most: int) -> bytes:
    try:
        member = book.getinfo(path)
    except KeyError:
        raise ReadError(f"{name} is damaged: {path or 'its list of contents'} is missing in it.", "Save or download it again.") from None
    return read_member(book, member, f"{name}: {path}", most)


def _xml(data: bytes, name: str) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(data, parser)
    if root is None:
        raise ReadError(f"{name} is damaged: its list of contents cannot be read.", "Save or download it again.")
    return root


def _resolved(base: str, link: str) -> str:
    """The path in the archive that a link in the file `base` leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(urlsplit(link).path)))
