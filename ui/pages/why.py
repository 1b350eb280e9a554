"""Why this answer: a drawer beside an answer, made when it is opened."""

from collections.abc import Mapping
from pathlib import Path

from rag.conversations import Conversations
from rag.errors import ConversationMissing
from rag.schema import Answer, Frozen
from ui.pages import why_view
from ui.registry import Call, Page, Room, Wish

_HERE = Path(__file__).parent


class Which(Frozen):
    """A turn of a stored conversation, from 1."""

    conversation: str
    turn: int


def calls(room: Room) -> Mapping[str, Call]:
    """`show`: the drawer of one turn, for the visitor whose conversation it is."""
    kept = Conversations(room.home)

    def show(wish: Wish) -> str:
        which = Which.model_validate(wish.data)
        return why_view.drawer(_answer(kept, which, wish.visitor))

    return {"show": show}


def _answer(kept: Conversations, which: Which, visitor: str) -> Answer:
    for turn in kept.get(which.conversation, owner=visitor).turns:
        if turn.number == which.turn:
            return turn.answer
    raise ConversationMissing(f"The conversation has no turn {which.turn}.", "Reload this page.")


PAGE = Page("why", calls=calls, scripts=(_HERE / "why.js",), styles=(_HERE / "why.css",))
