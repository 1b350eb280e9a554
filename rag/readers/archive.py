"""Zip archives, opened only when what they unpack to is bounded, and read member by member."""

import stat
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

from rag.errors import ReadError

MOST_MEMBERS = 20_000
# A member that is larger than FREE bytes when unpacked may be at most RATIO times as large as packed: text packs 3 to 20 times.
FREE, RATIO = 1_000_000, 200

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError)


def open_zip(content: bytes | Path, name: str, most: int) -> zipfile.ZipFile:
    """An archive whose members say that they unpack to at most `most` bytes together; none yields more than it says.

    Raises ReadError when it is damaged, or unpacks to more than that, or one member to suspiciously much.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(content) if isinstance(content, bytes) else content)
    except BROKEN as error:
        raise ReadError(f"{name} is damaged: it is no zip archive that can be read.", "Save or download it again.") from error
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        archive.close()
        raise ReadError(f"{name} holds more than {MOST_MEMBERS:,} files.", "Add them in several parts.")
    bomb = any(member.file_size > FREE and member.file_size > RATIO * max(1, member.compress_size) for member in members)
    if bomb or sum(member.file_size for member in members) > most:
        archive.close()
        raise ReadError(f"{name} unpacks to more than it may ({most:,} bytes, or {RATIO} times its size).", "Unpack it, and add the files.")
    return archive


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
