"""The conversations' calls: what the sidebar lists, and what becomes of a conversation."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from rag.conversations import Conversations
from rag.errors import ConversationMissing
from rag.schema import Frozen, Thumb, Transcript
from ui import render
from ui.registry import Call, Room, Wish

LISTED = 100
MOST_COMMENT = 4_000


class Search(Frozen):
    """Words that a conversation must hold; none: all are listed, newest first."""

    words: str = ""


class Which(Frozen):
    """One conversation."""

    conversation: str


class Rename(Which):
    """A conversation and its new title."""

    title: str


class Export(Which):
    """A conversation and the form wanted."""

    form: Literal["markdown", "json"]


class Feedback(Frozen):
    """Whether the answers called good are wanted, as eval cases, or those called bad, to be looked at."""

    which: Literal["cases", "to_review"]


class Rate(Which):
    """What a reader thinks of the answer of a turn."""

    turn: int
    thumb: Thumb
    comment: str = ""


class Entry(Frozen):
    """A conversation in the sidebar: `title` is shown as text, `when` is ISO 8601."""

    id: str
    title: str
    when: str
    turns: int


class Opened(Frozen):
    """A conversation with each of its turns as HTML."""

    id: str
    title: str
    turns: tuple[str, ...]


class History:
    """The calls for stored conversations, each for the visitor's own only."""

    def __init__(self, room: Room, conversations: Conversations) -> None:
        self._room = room
        self._kept = conversations

    def calls(self) -> Mapping[str, Call]:
        """Every call by its name."""
        return {
            "history.list": self.list,
            "history.open": self.open,
            "history.rename": self.rename,
            "history.delete": self.delete,
            "history.export": self.export,
            "history.rate": self.rate,
            "history.feedback": self.feedback,
        }

    def list(self, wish: Wish) -> tuple[Entry, ...]:
        """The conversations about this corpus, newest first."""
        words = Search.model_validate(wish.data).words
        found = self._kept.search(words, owner=wish.visitor, corpus=self._room.corpus, limit=LISTED)
        return tuple(Entry(id=one.id, title=one.title, when=one.changed, turns=one.turns) for one in found)

    def open(self, wish: Wish) -> Opened:
        """A conversation, rendered."""
        wanted = Which.model_validate(wish.data).conversation
        try:
            transcript = self._kept.get(wanted, owner=wish.visitor)
        except ConversationMissing as error:
            raise ConversationMissing(str(error), "Choose one at the side, or begin a new one.") from error
        about = transcript.conversation
        turns = tuple(render.turn(turn.answer, render.Stored(about.id, turn.number, turn.thumb, turn.comment)) for turn in transcript.turns)
        return Opened(id=about.id, title=about.title, turns=turns)

    def rename(self, wish: Wish) -> None:
        """Give a conversation another title."""
        asked = Rename.model_validate(wish.data)
        self._kept.rename(asked.conversation, asked.title, owner=wish.visitor)

    def delete(self, wish: Wish) -> None:
        """Delete a conversation for good."""
        self._kept.delete(Which.model_validate(wish.data).conversation, owner=wish.visitor)

    def export(self, wish: Wish) -> str:
        """A conversation as a file's text."""
        asked = Export.model_validate(wish.data)
        return self._kept.export(asked.conversation, asked.form, owner=wish.visitor)

    def rate(self, wish: Wish) -> None:
        """Keep what a reader thinks of an answer."""
        asked = Rate.model_validate(wish.data)
        self._kept.rate(asked.conversation, asked.turn, asked.thumb, asked.comment[:MOST_COMMENT], owner=wish.visitor)

    def feedback(self, wish: Wish) -> str:
        """What the visitor thought of answers about this corpus, as a file's text."""
        from eval import feedback

        which = Feedback.model_validate(wish.data).which
        found = transcripts(self._kept, self._room.corpus, wish.visitor)
        return feedback.to_review(found) if which == "to_review" else feedback.print_cases(feedback.cases(found))


def transcripts(kept: Conversations, corpus: Path, owner: str) -> Iterator[Transcript]:
    """Everything that a visitor has talked about with a corpus, the newest conversation first."""
    start = 0
    while listed := kept.list(owner=owner, corpus=corpus, limit=LISTED, offset=start):
        for one in listed:
            yield kept.get(one.id, owner=owner)
        start += len(listed)
