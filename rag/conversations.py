"""Stored conversations: questions with their whole answers, apart for each owner, in one SQLite file in the home."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from uuid import uuid4

from rag.conversation_schema import FILE_NAME, erase, reading, writing
from rag.errors import ConversationMissing
from rag.schema import Answer, Conversation, StoredTurn, Thumb, Transcript, Turn

MOST_TITLE = 80
MOST_WORDS = 100  # of a search: SQLite takes no condition of many hundreds
_COLUMNS = "c.rank, c.id, c.owner, c.corpus, c.title, c.created, c.changed, (SELECT count(*) FROM turns t WHERE t.conversation = c.rank)"
_TURN = "number, asked, question, thumb, comment, answer"
_HAS_WORD = "(instr(c.folded, ?) OR EXISTS (SELECT 1 FROM turns t WHERE t.conversation = c.rank AND instr(t.folded, ?)))"


class Conversations:
    """The conversations kept in a home, for any number of threads and processes. `owner` is a visitor's id, "" for the local user.

    Every method raises StorageError when the disk is full or not writable, ConversationsUnreadable when the file is damaged or was
    written by a newer version, and where it names a conversation ConversationMissing when this owner has none with that id.
    """

    def __init__(self, home: Path | str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.file = Path(home) / FILE_NAME
        self._now = now

    def create(self, corpus: Path | str, *, owner: str = "", title: str = "") -> Conversation:
        """A new conversation about a folder of documents; without a title it takes its first question for one."""
        id, time, place, name = uuid4().hex, self._time(), str(Path(corpus).resolve()), _titled(title)
        with writing(self.file) as connection:
            connection.execute(
                "INSERT INTO conversations (id, owner, corpus, title, folded, created, changed) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (id, owner, place, name, name.casefold(), time, time),
            )
        return Conversation(id=id, owner=owner, corpus=place, title=name, created=time, changed=time, turns=0)

    def append(self, id: str, answer: Answer, *, owner: str = "") -> StoredTurn:
        """Adds a question and its answer."""
        time = self._time()
        folded = f"{answer.question}\n{answer.standalone}\n{answer.text}".casefold()
        with writing(self.file) as connection:
            rank, title, count = _find(connection, id, owner)
            turn = StoredTurn(number=count + 1, asked=time, question=answer.question, answer=answer)
            connection.execute(
                "INSERT INTO turns (conversation, number, asked, question, folded, answer) VALUES (?, ?, ?, ?, ?, ?)",
                (rank, turn.number, time, turn.question, folded, answer.model_dump_json()),
            )
            connection.execute("UPDATE conversations SET changed = ? WHERE rank = ?", (time, rank))
            if not title:
                _name(connection, rank, _titled(answer.question))
        return turn

    def list(self, *, owner: str = "", corpus: Path | str | None = None, limit: int = 50, offset: int = 0) -> tuple[Conversation, ...]:
        """The owner's conversations, newest change first, from number `offset` on; `corpus` keeps those about one folder."""
        return self.search("", owner=owner, corpus=corpus, limit=limit, offset=offset)

    def search(
        self, text: str, *, owner: str = "", corpus: Path | str | None = None, limit: int = 50, offset: int = 0
    ) -> tuple[Conversation, ...]:
        """Those of `list` whose title, questions or answers hold every word of `text` (of the first hundred), whatever its case."""
        conditions, values = ["c.owner = ?"], [owner]
        if corpus is not None:
            conditions.append("c.corpus = ?")
            values.append(str(Path(corpus).resolve()))
        for word in list(dict.fromkeys(text.casefold().split()))[:MOST_WORDS]:
            conditions.append(_HAS_WORD)
            values += [word, word]
        query = (
            f"SELECT {_COLUMNS} FROM conversations c WHERE {' AND '.join(conditions)} ORDER BY c.changed DESC, c.rank DESC LIMIT ? OFFSET ?"
        )
        with reading(self.file) as connection:
            rows = connection.execute(query, (*values, limit, offset)).fetchall() if connection is not None else []
        return tuple(_conversation(row) for row in rows)

    def get(self, id: str, *, owner: str = "") -> Transcript:
        """A conversation with its turns, oldest first."""
        with reading(self.file) as connection:
            if connection is None:
                raise _missing(id)
            row = connection.execute(f"SELECT {_COLUMNS} FROM conversations c WHERE c.id = ? AND c.owner = ?", (id, owner)).fetchone()
            if row is None:
                raise _missing(id)
            turns = connection.execute(f"SELECT {_TURN} FROM turns WHERE conversation = ? ORDER BY number", (row[0],)).fetchall()
        return Transcript(conversation=_conversation(row), turns=tuple(_turn(one) for one in turns))

    def find(self, start: str, *, owner: str = "") -> str:
        """The id of the owner's one conversation whose id begins so."""
        with reading(self.file) as connection:
            query = "SELECT id FROM conversations WHERE owner = ? AND substr(id, 1, ?) = ?"
            rows = connection.execute(query, (owner, len(start), start)).fetchall() if connection is not None and start else []
        if len(rows) > 1:
            raise ConversationMissing(f"{len(rows)} conversations begin with {start[:40]}.", "Give more characters of the id.")
        if not rows:
            raise _missing(start)
        return str(rows[0][0])

    def history(self, id: str, *, owner: str = "") -> tuple[Turn, ...]:
        """The turns of a conversation as `engine.chat(history=…)` takes them to go on."""
        return self.get(id, owner=owner).history

    def rename(self, id: str, title: str, *, owner: str = "") -> None:
        """Gives a conversation another title; an empty one is its first question again."""
        with writing(self.file) as connection:
            rank, _, _ = _find(connection, id, owner)
            first = connection.execute("SELECT question FROM turns WHERE conversation = ? AND number = 1", (rank,)).fetchone()
            _name(connection, rank, _titled(title) or _titled(first[0] if first else ""))

    def rate(self, id: str, number: int, thumb: Thumb, comment: str = "", *, owner: str = "") -> None:
        """Keeps what a reader thinks of the answer to turn `number` (from 1); an empty thumb takes it back."""
        with writing(self.file) as connection:
            rank, _, _ = _find(connection, id, owner)
            changed = connection.execute(
                "UPDATE turns SET thumb = ?, comment = ? WHERE conversation = ? AND number = ?", (thumb, comment, rank, number)
            ).rowcount
            if not changed:
                raise ConversationMissing(f"The conversation {id} has no turn {number}.", "Turns are numbered from 1.")

    def cut(self, id: str, number: int, *, owner: str = "") -> None:
        """Deletes turn `number` (from 1) and all after it, so that a question can be asked again in other words."""
        with writing(self.file) as connection:
            rank, _, _ = _find(connection, id, owner)
            connection.execute("DELETE FROM turns WHERE conversation = ? AND number >= ?", (rank, number))
        erase(self.file)

    def delete(self, id: str, *, owner: str = "") -> None:
        """Deletes a conversation for good: its text is overwritten in the file."""
        with writing(self.file) as connection:
            rank, _, _ = _find(connection, id, owner)
            connection.execute("DELETE FROM conversations WHERE rank = ?", (rank,))
        erase(self.file)

    def export(self, id: str, form: Literal["markdown", "json"] = "markdown", *, owner: str = "") -> str:
        """A conversation as Markdown with numbered citations, or as JSON that `rag.export.load` reads again."""
        from rag.export import as_json, as_markdown

        transcript = self.get(id, owner=owner)
        return as_json(transcript) if form == "json" else as_markdown(transcript)

    def _time(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="milliseconds")


def _find(connection: sqlite3.Connection, id: str, owner: str) -> tuple[int, str, int]:
    """The row's number, title and how many turns it has."""
    row = connection.execute(
        "SELECT rank, title, (SELECT coalesce(max(number), 0) FROM turns WHERE conversation = rank) FROM conversations"
        " WHERE id = ? AND owner = ?",
        (id, owner),
    ).fetchone()
    if row is None:
        raise _missing(id)
    return int(row[0]), str(row[1]), int(row[2])


def _missing(id: str) -> ConversationMissing:
    return ConversationMissing(
        f"There is no conversation {id[:40]}.", "The side of the window and `groundline conversations list` list yours."
    )


def _name(connection: sqlite3.Connection, rank: int, title: str) -> None:
    connection.execute("UPDATE conversations SET title = ?, folded = ? WHERE rank = ?", (title, title.casefold(), rank))


def _titled(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_TITLE else line[: MOST_TITLE - 2].rsplit(" ", 1)[0] + " …"


def _conversation(row: tuple[int, str, str, str, str, str, str, int]) -> Conversation:
    _, id, owner, corpus, title, created, changed, turns = row
    return Conversation(id=id, owner=owner, corpus=corpus, title=title, created=created, changed=changed, turns=turns)


def _turn(row: tuple[int, str, str, Thumb, str, str]) -> StoredTurn:
    number, asked, question, thumb, comment, answer = row
    return StoredTurn(
        number=number, asked=asked, question=question, thumb=thumb, comment=comment, answer=Answer.model_validate_json(answer)
    )
