"""Whether the citations of a saved answer still hold in the files as they are now."""

import sys
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from rag.citations import check
from rag.errors import GroundlineError, ReadError
from rag.readers import Isolated, hash_file, leads_out, read
from rag.schema import Answer, Check, Citation, Document

OUTSIDE = "the path leads out of the corpus"


def verify(answer: Answer | str | Path, corpus: Path | str) -> tuple[Check, ...]:
    """One check for each citation, in order. `answer` is an Answer, its JSON, or the path of a file with that JSON.

    Nothing outside the corpus is opened: such a path is `missing`. Raises GroundlineError when the saved answer cannot be read.
    """
    corpus = Path(corpus)
    known: dict[str, Document | str] = {}
    checks: list[Check] = []
    with Isolated() as isolated:
        for citation in _load(answer).citations:
            if citation.path not in known:
                known[citation.path] = _current(citation.path, corpus, isolated)
            checks.append(_check(citation, known[citation.path], corpus))
    return tuple(checks)


def _check(citation: Citation, current: Document | str, corpus: Path) -> Check:
    if isinstance(current, Document):
        return check(citation, current)
    changed = current != OUTSIDE and _has_changed(corpus / citation.path, citation.sha256)
    return check(citation, None).model_copy(update={"state": "stale" if changed else "missing", "detail": current})


def _has_changed(file: Path, sha256: str) -> bool:
    try:
        return hash_file(file) != sha256
    except ReadError:  # nothing there to compare with
        return False


def _current(path: str, corpus: Path, isolated: Isolated) -> Document | str:
    """The document as it is now, or why there is none."""
    if not _inside(path) or leads_out(corpus / path, corpus):
        return OUTSIDE
    try:
        return read(corpus, corpus / path, sys.maxsize, isolated=isolated)
    except ReadError as error:
        return str(error)


def _inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return bool(pure.parts) and not pure.is_absolute() and ".." not in pure.parts and "\0" not in path


def _load(answer: Answer | str | Path) -> Answer:
    if isinstance(answer, Answer):
        return answer
    text, name = (answer, "The saved answer") if isinstance(answer, str) and answer.lstrip().startswith("{") else _file(Path(answer))
    try:
        return Answer.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise GroundlineError(
            f"{name} is not an answer that Groundline saved: {place + ': ' if place else ''}{first['msg']}.",
            "Save one with `groundline ask … --json > answer.json`.",
        ) from error


def _file(path: Path) -> tuple[str, str]:
    try:
        return path.read_text(encoding="utf-8-sig"), str(path)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise GroundlineError(f"The saved answer {path} cannot be read: {error}", "Check the path; the file is JSON in UTF-8.") from error
