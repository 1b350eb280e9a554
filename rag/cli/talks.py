"""What the commands about conversations do, and `ask --history`: read the file, act, print."""

import json
import sys
from pathlib import Path
from typing import Literal

from rich.text import Text

from rag.cli.answers import print_answer
from rag.cli.choice import choose
from rag.cli.terminal import console, one_line, print_json, print_table, safe, table
from rag.conversations import Conversations
from rag.errors import QuestionError, StorageError
from rag.followup import as_turns
from rag.schema import Turn

ID_LENGTH = 8


def run_list(home: Path | None, owner: str, search: str, limit: int, skip: int, as_json: bool) -> None:
    """Print the conversations of an owner."""
    found = _open(home).search(search, owner=owner, limit=limit, offset=skip)
    if as_json:
        print_json(*found, as_list=True)
        return
    out = console()
    if not found:
        out.print(
            "No conversation yet; those of the window (`groundline chat`) are listed here."
            if not search
            else "No conversation holds these words."
        )
        return
    rows = table("Id", "Last asked", "Turns", "Title", numbers=("Turns",))
    for one in found:
        rows.add_row(one.id[:ID_LENGTH], one.changed[:16].replace("T", " "), str(one.turns), Text(one_line(one.title)))
    print_table(out, rows)


def run_show(home: Path | None, owner: str, id: str, as_json: bool) -> None:
    """Print a conversation."""
    kept = _open(home)
    transcript = kept.get(kept.find(id, owner=owner), owner=owner)
    if as_json:
        print_json(transcript)
        return
    out = console()
    for turn in transcript.turns:
        out.print(Text(f"> {one_line(turn.question)}", "bold"))
        print_answer(out, turn.answer)
        out.print()


def run_export(home: Path | None, owner: str, id: str, form: Literal["markdown", "json"], to: Path | None) -> None:
    """Write a conversation to a file or to standard output. Raises StorageError when the file cannot be written."""
    kept = _open(home)
    text = kept.export(kept.find(id, owner=owner), form, owner=owner)
    if to is None:
        sys.stdout.write(safe(text))
        return
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{to} cannot be written: {error.strerror}.", "Name another file with --to.") from error
    console().print(safe(f"Wrote {to}."))


def run_rename(home: Path | None, owner: str, id: str, title: str) -> None:
    """Give a conversation another title."""
    kept = _open(home)
    kept.rename(kept.find(id, owner=owner), title, owner=owner)


def run_delete(home: Path | None, owner: str, id: str) -> None:
    """Delete a conversation."""
    kept = _open(home)
    kept.delete(kept.find(id, owner=owner), owner=owner)
    console().print("Deleted.")


def read_history(file: Path | None) -> tuple[Turn, ...]:
    """The messages of a JSON file: a list of role and content, or a conversation that was exported. Raises QuestionError."""
    if file is None:
        return ()
    try:
        data = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise QuestionError(
            f"The history {file} cannot be read: {error.strerror}.", "Check the path; the file is JSON in UTF-8."
        ) from error
    except ValueError as error:
        raise QuestionError(f"The history {file} cannot be read: {error}", "It is JSON in UTF-8: a list of role and content.") from error
    if isinstance(data, dict) and "turns" in data:
        from rag.export import load

        return load(file).history
    if not isinstance(data, list):
        raise QuestionError(f"The history {file} is no list of messages.", "Each has a role (user or assistant) and a content.")
    return as_turns(data)


def _open(home: Path | None) -> Conversations:
    return Conversations(choose(None, home, need_corpus=False).home)
