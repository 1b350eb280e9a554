"""Zip archives, opened only when what they unpack to is bounded, and read member by member."""

import re
import stat
import zipfile
import zlib
from io import BytesIO
from itertools import islice
from mmap import ACCESS_READ, mmap
from pathlib import Path

from rag.errors import ReadError

MOST_MEMBERS = 20_000
# A member that is larger than FREE bytes when unpacked may be at most RATIO times as large as packed: text packs 3 to 20 times.
FREE, RATIO = 1_000_000, 200

# What every entry of an archive's directory begins with.
_ENTRY = re.compile(rb"PK\x01\x02")

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError)


def open_zip(content: bytes | Path, name: str, most: int) -> zipfile.ZipFile:
    """An archive whose members say that they unpack to at most `most` bytes together; none yields more than it says.

    Raises ReadError when it is damaged, or unpacks to more than that, or one member to suspiciously much.
    """
    try:
        if _has_too_many(content):
            raise ReadError(f"{name} holds more than {MOST_MEMBERS:,} files.", "Add them in several parts.")
        archive = zipfile.ZipFile(BytesIO(content) if isinstance(content, bytes) else content)
    except BROKEN as error:
        raise ReadError(f"{name} is damaged: it is no zip archive that can be read.", "Save or download it again.") from error
    members = archive.infolist()
    bomb = any(member.file_size > FREE and member.file_size > RATIO * max(1, member.compress_size) for member in members)
    if bomb or sum(member.file_size for member in members) > most:
        archive.close()
        raise ReadError(f"{name} unpacks to more than it may ({most:,} bytes, or {RATIO} times its size).", "Unpack it, and add the files.")
    return archive


def _has_too_many(content: bytes | Path) -> bool:
    """Whether there are more entries than an archive may have, told before each of them becomes an object of half a kilobyte."""
    if isinstance(content, bytes):
        return sum(1 for _ in islice(_ENTRY.finditer(content), MOST_MEMBERS + 1)) > MOST_MEMBERS
    with content.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as mapped:
        return sum(1 for _ in islice(_ENTRY.finditer(mapped), MOST_MEMBERS + 1)) > MOST_MEMBERS


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, most: int) -> bytes:
    """The content of one member, at most `most` bytes. Raises ReadError for a link, and for what is damaged or encrypted."""
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ReadError(f"{name} is a symbolic link.", "Put the file itself into the archive.")
    if member.flag_bits & 1:
        raise ReadError(f"{name} is encrypted.", "Unpack it with its password, and add the file.")
    if member.file_size > most:
        raise ReadError(f"{name} is larger than {most:,} bytes.", "Split the file.")
    try:
        with archive.open(member) as file:
            return file.read(most + 1)[:most]
    except BROKEN as error:
        raise ReadError(f"{name} is damaged: {error}.", "Make the archive again.") from error
