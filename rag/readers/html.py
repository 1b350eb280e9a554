"""HTML: what a reader of the page sees, block by block; scripts, styles and navigation left out."""

import codecs
import re
from collections.abc import Iterator
from html.entities import html5

from lxml import etree
from lxml.etree import _Element as Element

from rag.errors import ReadError
from rag.readers.draft import Draft, Extract, clean, lines, one_line
from rag.readers.rows import row

_LEFT_OUT = frozenset(
    """script style template noscript svg math nav head iframe object embed canvas audio video map button select option datalist
    textarea input dialog menu progress meter""".split()
)
_LEFT_OUT_ROLES = frozenset("navigation search menu menubar toolbar dialog alertdialog tablist contentinfo".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_BLOCKS = _HEADINGS | frozenset(
    """html body main article section header footer aside div p blockquote pre address figure figcaption ul ol li dl dt dd table caption
    thead tbody tfoot tr td th form fieldset legend details summary hr center hgroup""".split()
)
_CELLS = frozenset(("td", "th"))
_IN_CELL = _BLOCKS - frozenset(("p", "div"))

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(rb"""(?:<meta[^>]{0,200}charset|<\?xml[^>]{0,200}encoding)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.I)
_XHTML = re.compile(r"<html[^>]{0,500}http://www\.w3\.org/1999/xhtml", re.I)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.I | re.S)
_ENTITY = re.compile(r"&(\w{2,31});")
_XML = re.compile(r"\s*<\?xml[^>]{0,200}\?>")


def extract(data: bytes, name: str) -> Extract:
    """The text of a page, its headings as places. Raises ReadError when there is none."""
    draft = Draft()
    write(parse(data, name), draft)
    found = draft.finish()
    if not found.text:
        raise ReadError(f"{name} holds no text.", "The page may be made by its scripts: save it as text from a browser.")
    return found


def parse(data: bytes, name: str, as_xml: bool = False) -> Element:
    """The tree of a page, as forgiving as a browser; `as_xml` for pages of books, where `<a/>` is closed. Raises ReadError."""
    text = _XML.sub("", decode(data), count=1).replace("\0", "")
    options = {"encoding": "utf-8", "recover": True, "huge_tree": True, "no_network": True, "remove_comments": True, "remove_pis": True}
    if as_xml or _XHTML.search(text[:2000]):
        text = _ENTITY.sub(_spelt_out, _DOCTYPE.sub("", text, count=1))
        parser: etree.XMLParser | etree.HTMLParser = etree.XMLParser(resolve_entities=False, load_dtd=False, **options)
    else:
        parser = etree.HTMLParser(**options)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser) if text.strip() else None
    except etree.LxmlError as error:
        raise ReadError(f"{name} is not HTML that can be read: {error}.", "Save the page again.") from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise ReadError(f"{name} is nested too deeply.", "Save the page again, or as text from a browser.")
    if root is None:
        raise ReadError(f"{name} holds no text.", "Put text into the file, or ignore it.")
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname.lower()
    return root


def _spelt_out(match: re.Match[str]) -> str:
    """An entity that XML does not know as the characters that HTML means."""
    return match[0] if match[1] in ("amp", "lt", "gt", "quot", "apos") else html5.get(match[1] + ";", match[0])


def decode(data: bytes) -> str:
    """The characters of a page, as browsers find its encoding: a byte-order mark, what it declares, UTF-8, Windows-1252."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    declared = _CHARSET.search(data[:4096])
    for encoding in ("utf-8", *([declared[1].decode("ascii")] if declared else ())):
        try:
            return data.decode(encoding)
        except (LookupError, ValueError):  # not that one
            continue
    return data.decode("cp1252", "replace")


def write(root: Element, draft: Draft, with_title: bool = True) -> None:
    """Appends the blocks of a tree to a draft, the page's title first where its headings do not say it."""
    title = one_line(root.findtext(".//title") or "") if with_title else ""
    first = root.find(".//h1")
    if title and (first is None or one_line("".join(first.itertext())) not in title):
        draft.add(title)
    running: list[str] = []
    for element, begins in _steps(root, draft, running):
        tag = element.tag
        if begins:
            if tag in _BLOCKS:
                _flush(draft, running)
            running.append("\n" if tag == "br" else _spaced(element.text))
            continue
        if tag in _HEADINGS:
            draft.heading(one_line("".join(running)))
            running.clear()
        elif tag in _BLOCKS:
            _flush(draft, running)
        running.append(_spaced(element.tail))
    _flush(draft, running)


def _steps(root: Element, draft: Draft, running: list[str]) -> Iterator[tuple[Element, bool]]:
    """Every element that is shown, when it begins and when it ends; preformatted text and tables are written at once."""
    walk = etree.iterwalk(root, events=("start", "end"))
    skipped: set[Element] = set()
    for event, element in walk:
        if event == "end":
            if element in skipped:
                skipped.discard(element)
                running.append(_spaced(element.tail))
            else:
                yield element, False
            continue
        whole = element.tag == "pre" or (element.tag == "table" and _is_data(element))
        if not whole and not _is_left_out(element):
            yield element, True
            continue
        if whole:
            _flush(draft, running)
            _write_whole(element, draft)
        skipped.add(element)
        walk.skip_subtree()


def _write_whole(element: Element, draft: Draft) -> None:
    if element.tag == "pre":
        draft.add(clean("".join(element.itertext())).strip("\n").rstrip())
        return
    header: list[str] = []
    for number, line in enumerate(element.iter("tr")):
        cells = [cell for cell in line if cell.tag in _CELLS]
        texts = [one_line("".join(cell.itertext())) for cell in cells]
        if not number and all(cell.tag == "th" for cell in cells):
            header = texts
        else:
            draft.add(row(header, texts))


def _is_data(table: Element) -> bool:
    """Whether a table holds data, rather than the parts of a page."""
    inner = [element.tag for cell in table.iter("td", "th") for element in cell.iterdescendants()]
    return not any(tag in _IN_CELL for tag in inner) and any(True for _ in table.iter("td"))


def _is_left_out(element: Element) -> bool:
    if not isinstance(element.tag, str) or element.tag in _LEFT_OUT or "hidden" in element.attrib:
        return True
    if element.get("role", "").lower() in _LEFT_OUT_ROLES or element.get("aria-hidden") == "true":
        return True
    return element.tag == "footer" and not any(
        parent.tag in ("article", "main", "section", "blockquote") for parent in element.iterancestors()
    )


def _flush(draft: Draft, running: list[str]) -> None:
    draft.add(lines("".join(running)))
    running.clear()


def _spaced(text: str | None) -> str:
    """Text as it flows: its own line breaks are spaces, so that those left are the page's."""
    return re.sub(r"\s+", " ", text) if text else ""
