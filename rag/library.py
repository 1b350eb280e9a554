"""Puts files into the folder of documents and takes them out: names made safe, types checked by content, nothing written elsewhere."""

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from uuid import uuid4

from rag.config import Settings
from rag.errors import CorpusNotFound, GroundlineError, LibraryError, ReadError
from rag.readers import FORMATS, SUFFIXES, check, is_document, is_ignored, is_packed, leads_out
from rag.readers.archive import open_zip, read_member
from rag.schema import Frozen, Skipped

LONGEST_PART = 200  # bytes of one name: file systems take 255, and a number may have to be added
LONGEST_NAME = 1_000  # bytes
DEEPEST = 16
TRIES = 1_000  # numbers tried for a name that is taken

_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\..*)?\Z", re.I)
_DRIVE = re.compile(r"[A-Za-z]:")
# Joins the parts of an emoji, or shapes Persian words: the only characters without a form that names need.
_JOINERS = "\u200c\u200d"


class Limits(NamedTuple):
    """What one upload may hold: files, bytes of all of them together (unpacked), bytes of a text file and of a packed one."""

    files: int
    total_bytes: int
    file_bytes: int
    packed_bytes: int

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """The limits that the settings name."""
        return cls(settings.max_upload_files, settings.max_upload_bytes, settings.max_file_bytes, settings.max_packed_bytes)


class AddReport(Frozen):
    """What became of an upload: corpus-relative paths of new files and of replaced ones, and what was left out and why."""

    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


class _File(NamedTuple):
    """A file by its given name; `read` gives its content, of at most so many bytes, or raises ReadError."""

    name: str
    read: Callable[[int], bytes]


def add(corpus: Path, files: Iterable[tuple[str, bytes | Path]], limits: Limits | None = None, *, replace: bool = False) -> AddReport:
    """Writes files, given by name and content (or where that lies), into the corpus; the files inside a .zip in its place.

    Folders in names are kept. A name that is taken gets a number, unless `replace`; the same content again is left out. What cannot
    be taken is reported with its reason, and the rest goes on. Raises CorpusNotFound when there is no such folder.
    """
    if not corpus.is_dir():
        raise CorpusNotFound(f"The corpus {corpus} is not a folder.", f"Name a folder of documents ({FORMATS}) with --corpus DIR.")
    limits = limits or Limits.of(Settings())
    added: list[str] = []
    replaced: list[str] = []
    skipped: list[Skipped] = []
    total = 0
    for count, file in enumerate(_all(files, limits), 1):
        if isinstance(file, Skipped):
            skipped.append(file)
            continue
        try:
            if count > limits.files:
                raise LibraryError(f"this upload holds more than {limits.files:,} files")
            name = checked_name(file.name)
            data = _content(file, name, total, limits)
            total += len(data)
            path, new = _place(corpus, name, data, replace)
            (added if new else replaced).append(path)
        except GroundlineError as error:
            skipped.append(Skipped(path=shown(file.name), reason=str(error)))
            if count > limits.files:
                break
    return AddReport(added=tuple(added), replaced=tuple(replaced), skipped=tuple(skipped))


def add_zip(corpus: Path, archive: bytes | Path, limits: Limits | None = None, *, replace: bool = False) -> AddReport:
    """Writes the files of a zip archive into the corpus, as `add` does."""
    return add(corpus, [("archive.zip", archive)], limits, replace=replace)


def remove(corpus: Path, path: str) -> None:
    """Deletes a document's file from the corpus; of a symbolic link only the link.

    Raises LibraryError when the path is none of a document in the corpus (hidden and ignored files are none), or the file cannot be
    deleted, CorpusError when the ignore file cannot be used.
    """
    if not is_document(corpus, path):
        raise LibraryError(
            f"{shown(path)} is no document of the corpus.", "The window's library and `groundline sources` list the documents."
        )
    try:
        (corpus / PurePosixPath(path)).unlink()
    except OSError as error:
        raise LibraryError(f"{shown(path)} cannot be deleted: {error.strerror}.", "Check that its folder may be changed.") from error


def checked_name(name: str) -> str:
    """The corpus-relative POSIX path that a file's given name stands for. Raises LibraryError for one that is not safe everywhere."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    if name.startswith("/") or _DRIVE.match(name):
        raise LibraryError("the name is an absolute path")
    if any(_is_unseen(character) for character in name):
        raise LibraryError("the name holds characters that are not seen, or turn the writing round")
    parts = name.split("/")
    if len(parts) > DEEPEST or len(name.encode()) > LONGEST_NAME or any(len(part.encode()) > LONGEST_PART for part in parts):
        raise LibraryError("the name is too long, or its folders too deep")
    for part in parts:
        if reason := _bad_part(part):
            raise LibraryError(reason)
    if PurePosixPath(name).suffix.lower() not in SUFFIXES:
        raise LibraryError(f"not a {FORMATS} file")
    return name


def shown(name: str) -> str:
    """A name for a report: what is not seen, or is no text, written as escapes; cut where it is longer than a name can be."""
    seen = "".join(ascii(character)[1:-1] if _is_unseen(character) else character for character in name[:LONGEST_NAME])
    return seen + "…" * (len(name) > LONGEST_NAME)


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in _JOINERS


def _bad_part(part: str) -> str:
    if part in ("", ".", ".."):
        return "the name leads out of its folder"
    if part.startswith(".") or part == "__MACOSX":
        return "a hidden file"
    if part != part.strip() or part.endswith("."):
        return "the name begins or ends with a space, or ends with a full stop"
    if _RESERVED.match(part):
        return "the name is one that Windows keeps for devices"
    if os.name == "nt" and any(character in '<>:"|?*' for character in part):
        return "the name holds characters that Windows does not take"
    return ""


def _all(files: Iterable[tuple[str, bytes | Path]], limits: Limits) -> Iterator[_File | Skipped]:
    """The files, those of archives one by one."""
    for name, content in files:
        if not name.lower().endswith(".zip"):
            yield _File(name, _reader(shown(name), content))
            continue
        try:
            archive = open_zip(content, shown(name), limits.total_bytes)
        except ReadError as error:
            yield Skipped(path=shown(name), reason=str(error))
            continue
        with archive:
            for member in archive.infolist():
                if not member.is_dir():
                    yield _File(member.filename, partial(read_member, archive, member, shown(member.filename)))


def _reader(name: str, content: bytes | Path) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        if isinstance(content, bytes):
            return content
        try:
            with content.open("rb") as file:
                return file.read(most + 1)
        except OSError as error:
            raise ReadError(f"{name} cannot be read: {error.strerror}.", "Add it again.") from error

    return read


def _content(file: _File, name: str, total: int, limits: Limits) -> bytes:
    most, left = limits.packed_bytes if is_packed(name) else limits.file_bytes, limits.total_bytes - total
    data = file.read(min(most, left))
    if len(data) > left:
        raise LibraryError(f"this upload holds more than {limits.total_bytes:,} bytes")
    if len(data) > most:
        raise LibraryError(f"larger than {most:,} bytes")
    return data


def _place(corpus: Path, name: str, data: bytes, replace: bool) -> tuple[str, bool]:
    """Writes a file under its name or a free one like it; its path, and whether that is new."""
    check(data, name)
    if is_ignored(corpus, name):
        raise LibraryError("the corpus's .groundlineignore names it")
    target = corpus / name
    try:
        _make_folder(corpus, target.parent)
        part = target.parent / f".groundline-{uuid4().hex}.part"
        try:
            _write(part, data)
            if replace and target.is_file():
                part.replace(target)
                return name, False
            return _named(corpus, part, target, data).relative_to(corpus).as_posix(), True
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise LibraryError(f"it cannot be written: {error.strerror}") from error


def _make_folder(corpus: Path, folder: Path) -> None:
    """Makes the folders down to `folder`, none of them through a link that leads out."""
    for parent in reversed([folder, *folder.parents]):
        if parent == corpus or not parent.is_relative_to(corpus):
            continue
        with suppress(FileExistsError):
            parent.mkdir()
        if leads_out(parent, corpus):
            raise LibraryError("a folder in its name leads out of the corpus")
        if not parent.is_dir():
            raise LibraryError("a folder in its name is a file")


def _write(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _named(corpus: Path, part: Path, target: Path, data: bytes) -> Path:
    """Gives a written file the name wanted, or that name with the first free number; never one that is taken."""
    for number in range(1, TRIES):
        free = target if number == 1 else target.with_name(f"{target.stem} ({number}){target.suffix}")
        if free.is_file() and free.stat().st_size == len(data) and free.read_bytes() == data:
            raise LibraryError(f"the same content is there already, as {free.relative_to(corpus).as_posix()}")
        try:
            free.hardlink_to(part)
        except FileExistsError:
            continue
        except OSError:  # a file system without links
            if os.path.lexists(free):
                continue
            part.rename(free)
        return free
    raise LibraryError("its name is taken, with all the numbers after it")
