"""What the public sets share: JSON lines, documents written as files, and samples that are the same every time."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from rag.errors import EvalError

Row = dict[str, Any]


def read_rows(file: Path) -> list[Row]:
    """The rows of a JSON-lines file. Raises EvalError."""
    try:
        return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]
    except (OSError, ValueError) as error:
        raise EvalError(f"{file} cannot be read: {error}", "Fetch the file again; docs/evaluation.md says where it comes from.") from error


def sample(rows: Sequence[Row], size: int, all_: bool) -> list[Row]:
    """All rows, or `size` of them chosen by a hash of their ids; in the order of the file."""
    if all_ or len(rows) <= size:
        return list(rows)
    chosen = set(sorted((str(row["id"]) for row in rows), key=lambda name: sha256(name.encode()).hexdigest())[:size])
    return [row for row in rows if str(row["id"]) in chosen]


def write_documents(folder: Path, texts: Sequence[str]) -> list[str]:
    """Write each text as a document, unless it stands there already, and remove other files; their paths in order."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{number:04d}.txt" for number in range(len(texts))]
    for stray in set(folder.glob("*.txt")) - {folder / name for name in names}:
        stray.unlink()
    for name, text in zip(names, texts, strict=True):
        data = text.encode("utf-8")
        if not (folder / name).is_file() or (folder / name).read_bytes() != data:
            (folder / name).write_bytes(data)
    return names
