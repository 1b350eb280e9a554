"""Whether the citations of a saved answer still hold in the files as they are now."""

import sys
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from rag.citations import check
from rag.errors import GroundlineError, ReadError
from rag.readers import SUFFIXES, Isolated, hash_file, is_ignored, leads_out, read
from rag.schema import Answer, Check, Citation, Document

OUTSIDE = "the path leads out of the corpus"
NONE = "no document of the corpus has this path"


def verify(answer: Answer | str | Path, corpus: Path | str) -> tuple[Check, ...]:
    """One check for each citation, in order. `answer` is an Answer, its JSON, or the path of a file with that JSON.

    Only documents are opened: a path that leads out of the corpus, or to a hidden or ignored file, is `missing`. Raises GroundlineError
    when the saved answer cannot be read, CorpusError when the corpus's ignore file cannot.
    """
    corpus = Path(corpus)
    cited: dict[str, list[tuple[int, Citation]]] = {}
    for place, citation in enumerate(_load(answer).citations):
        cited.setdefault(citation.path, []).append((place, citation))
    checks: dict[int, Check] = {}
    with Isolated() as isolated:
        for path, citations in cited.items():  # so that one document at a time is kept in memory
            current = _current(path, corpus, isolated)
            checks |= {place: _check(citation, current, corpus) for place, citation in citations}
    return tuple(checks[place] for place in sorted(checks))


def _check(citation: Citation, current: Document | str, corpus: Path) -> Check:
    if isinstance(current, Document):
        return check(citation, current)
    changed = current not in (OUTSIDE, NONE) and _has_changed(corpus / citation.path, citation.sha256)
    return check(citation, None).model_copy(update={"state": "stale" if changed else "missing", "detail": current})


def _has_changed(file: Path, sha256: str) -> bool:
    try:
        return hash_file(file) != sha256
    except ReadError:  # nothing there to compare with
        return False


def _current(path: str, corpus: Path, isolated: Isolated) -> Document | str:
    """The document as it is now, or why there is none."""
    pure = PurePosixPath(path)
    if not pure.parts or pure.is_absolute() or ".." in pure.parts or "\0" in path or leads_out(corpus / path, corpus):
        return OUTSIDE
    if any(part.startswith(".") for part in pure.parts) or pure.suffix.lower() not in SUFFIXES or is_ignored(corpus, path):
        return NONE  # what is said of a quote would tell, word by word, what stands in files that are nobody's to read
    try:
        return read(corpus, corpus / path, sys.maxsize, isolated=isolated)
    except ReadError as error:
        return str(error)


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
        reason = f"{error.strerror}." if isinstance(error, OSError) else str(error)
        raise GroundlineError(f"The saved answer {path} cannot be read: {reason}", "Check the path; the file is JSON in UTF-8.") from error
