"""Plain text and Markdown: the file's own characters."""

import re

from rag.errors import ReadError
from rag.readers.draft import Extract, section
from rag.schema import Place

BOM = b"\xef\xbb\xbf"

_FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]+(.+?)[ \t#]*$")


def text(data: bytes, name: str) -> Extract:
    """The text of a UTF-8 file, a byte-order mark left out, newlines untouched. Raises ReadError."""
    return Extract(decode(data, name), ())


def markdown(data: bytes, name: str) -> Extract:
    """The text of a Markdown file, as `text`; its headings name places."""
    written = decode(data, name)
    places: list[Place] = []
    at, fence = 0, ""
    for line in written.splitlines(keepends=True):
        if match := _FENCE.match(line):
            fence = "" if fence == match[1] else fence or match[1]
        elif not fence and (heading := _HEADING.match(line.rstrip())):
            places.append(Place(at, section(heading[1])))
        at += len(line)
    return Extract(written, tuple(places))


def decode(data: bytes, name: str) -> str:
    """The characters of a UTF-8 file. Raises ReadError where it is none, or holds no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadError(f"{name} is UTF-16, not UTF-8.", "Save the file as UTF-8.")
    if b"\0" in data:
        raise ReadError(f"{name} is binary: byte {data.index(0):,} is NUL.", "Only text files can be documents.")
    body = data.removeprefix(BOM)
    try:
        written = body.decode("utf-8")
    except UnicodeDecodeError as error:
        place = error.start + len(data) - len(body)
        raise ReadError(f"{name} is not UTF-8: byte {place:,} is 0x{data[place]:02x}.", "Save the file as UTF-8.") from error
    if not written or written.isspace():
        what = "is empty" if not written else "holds only white space"
        raise ReadError(f"{name} {what}.", "Put text into the file, or ignore it.")
    return written
