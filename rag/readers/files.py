"""Which files of a folder are documents, and their bytes."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from rag.errors import ContentError, CorpusError, CorpusNotFound, ReadError
from rag.readers.isolation import Isolated
from rag.readers.kinds import FORMATS, SUFFIXES, extract, is_packed
from rag.schema import Document, Skipped

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".groundlineignore"


def find_files(corpus: Path) -> tuple[list[Path], list[Skipped]]:
    """The documents of a corpus, sorted by relative path, and what was left out and why; paths start with `corpus`.

    Hidden files and folders and what `.groundlineignore` (gitignore patterns) names are left out without a word. Raises
    CorpusNotFound when the folder is missing, CorpusError when its ignore file cannot be used.
    """
    if not corpus.is_dir():
        what = "is not a folder" if corpus.exists() else "does not exist"
        raise CorpusNotFound(f"The corpus {corpus} {what}.", f"Name a folder of documents ({FORMATS}) with --corpus DIR.")
    files: list[Path] = []
    skipped: list[Skipped] = []
    for path, reason in _walk(corpus, _ignored(corpus)):
        if reason:
            skipped.append(Skipped(path=_printable(path.relative_to(corpus)), reason=reason))
        else:
            files.append(path)
    files.sort(key=lambda path: path.relative_to(corpus).as_posix())
    return files, sorted(skipped, key=lambda item: item.path)


def read(corpus: Path, file: Path, max_bytes: int, max_packed_bytes: int | None = None, isolated: Isolated | None = None) -> Document:
    """One file of the corpus as a document: its text, extracted by the reader of its kind, and the places in it.

    PDF, DOCX and EPUB files may have `max_packed_bytes` bytes, `max_bytes` unless given; their text is held to `max_bytes`
    characters. `isolated` serves for many files; without it, one whose text is extracted gets a process of its own. Raises ReadError,
    with the reason, for a file that is missing, outside the corpus, not a regular file, unreadable or too large, ContentError for
    one without text or not what its reader can read.
    """
    path = file if file.is_relative_to(corpus) else corpus / file
    if not path.is_relative_to(corpus) or leads_out(path, corpus):
        raise ReadError(f"{_printable(file)} leads out of the corpus.", "Copy the file into the corpus.")
    name = _printable(path.relative_to(corpus))
    if max_packed_bytes is not None and is_packed(name):
        data = _bytes(path, name, max_packed_bytes, "max_packed_bytes")
    else:
        data = _bytes(path, name, max_bytes, "max_file_bytes")
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        with ExitStack() as stack:
            text, places, reader = extract(data, name, isolated or stack.enter_context(Isolated()))
    except ReadError as error:
        raise ContentError(str(error), error.hint, sha256) from error
    if len(text) > max_bytes:
        reason = f"{name} holds {len(text):,} characters of text; the most is {max_bytes:,}."
        raise ContentError(reason, "Split the file, or raise max_file_bytes.", sha256)
    return Document(
        path=path.relative_to(corpus).as_posix(),
        sha256=sha256,
        size=len(data),
        text=text,
        reader=reader,
        places=places,
    )


def _bytes(path: Path, name: str, most: int, setting: str) -> bytes:
    try:
        with _open(path, name) as opened:
            # Asking for the most would reserve it; the size is asked again below because the file may be growing.
            data = b"" if (size := os.fstat(opened.fileno()).st_size) > most else opened.read()
    except OSError as error:
        raise ReadError(f"{name} cannot be read: {error.strerror}.", "Check that the file exists and may be read.") from error
    if max(size, len(data)) > most:
        raise ReadError(f"{name} is larger than {most:,} bytes.", f"Split the file, or raise {setting}.")
    return data


def hash_file(file: Path) -> str:
    """SHA-256 (hex) of a file's bytes, read in small parts. Raises ReadError when it cannot be read."""
    name = _printable(file)
    try:
        with _open(file, name) as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ReadError(f"{name} cannot be read: {error.strerror}.", "Check that the file exists and may be read.") from error


def leads_out(path: Path, corpus: Path) -> bool:
    """Whether a path, its links followed, lies outside the corpus; nothing is opened."""
    try:
        return not path.resolve().is_relative_to(corpus.resolve())
    except (OSError, RuntimeError):  # a loop of links
        return True


def is_ignored(corpus: Path, name: str) -> bool:
    """Whether the corpus's ignore file names a corpus-relative path. Raises CorpusError when that file cannot be used."""
    ignored = _ignored(corpus)
    return ignored is not None and ignored.match_file(name)


def is_document(corpus: Path, name: str) -> bool:
    """Whether a corpus-relative path is one that `find_files` gives. Raises CorpusError when the ignore file cannot be used."""
    ignored = _ignored(corpus)
    parts = PurePosixPath(name).parts
    path = corpus
    for depth, part in enumerate(parts, 1):
        path, is_folder = path / part, depth < len(parts)
        if part.startswith((".", "/")) or "\0" in part or not _is_utf8(part):
            return False
        if ignored and ignored.match_file(path.relative_to(corpus).as_posix() + ("/" if is_folder else "")):
            return False
        if path.is_symlink() and (is_folder or _bad_link(path, corpus, is_folder=False)):
            return False
    return bool(parts) and not _bad_file(path)


def _open(path: Path, name: str) -> BufferedReader:
    # Without O_NONBLOCK, opening a pipe would wait for ever for somebody to write to it.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise ReadError(f"{name} is {what}.", "Only regular files can be documents.")
    return os.fdopen(descriptor, "rb")


def _walk(corpus: Path, ignored: "GitIgnoreSpec | None") -> Iterator[tuple[Path, str]]:
    """Every file of a corpus that is neither hidden nor ignored, with the reason to skip it, or an empty one."""
    folders = [corpus]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as scan:
                entries = list(scan)
        except OSError as error:
            yield folder, f"the folder cannot be listed: {error.strerror}"
            continue
        for entry in entries:
            path, is_folder = folder / entry.name, _is_folder(entry)
            if entry.name.startswith("."):
                continue
            if not _is_utf8(entry.name):
                yield path, "the name is not UTF-8"
            elif ignored and ignored.match_file(path.relative_to(corpus).as_posix() + ("/" if is_folder else "")):
                continue
            elif entry.is_symlink() and (reason := _bad_link(path, corpus, is_folder)):
                yield path, reason
            elif is_folder:
                folders.append(path)
            else:
                yield path, _bad_file(path)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links
        return False


def _bad_file(path: Path) -> str:
    if not path.is_file():
        return "not a regular file"
    if path.suffix.lower() not in SUFFIXES:
        return f"not a {FORMATS} file"
    return ""


def _bad_link(path: Path, corpus: Path, is_folder: bool) -> str:
    if not path.exists():
        return "a symbolic link that leads nowhere"
    if leads_out(path, corpus):
        return "a symbolic link that leads out of the corpus"
    return "a symbolic link to a folder of the corpus, whose files are found there" if is_folder else ""


def _ignored(corpus: Path) -> "GitIgnoreSpec | None":
    try:
        lines = (corpus / IGNORE_FILE).read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{corpus / IGNORE_FILE} cannot be read: {error}", "Save it as UTF-8 text with one pattern a line.") from error
    from pathspec import GitIgnoreSpec  # most corpora ignore nothing

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError as error:
        raise CorpusError(f"{corpus / IGNORE_FILE} holds a pattern that is none: {error}", "Write patterns as in .gitignore.") from error


def _is_utf8(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _printable(path: Path) -> str:
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
