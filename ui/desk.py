"""The conversation's calls, each from plain data to HTML."""

from collections.abc import Mapping
from pathlib import Path

from rag.errors import GroundlineError, ReadError
from rag.readers import hash_file
from rag.schema import Document, Frozen
from ui import panel, render
from ui.registry import Call, Room, Wish

EXAMPLES = 6


class Question(Frozen):
    """What the page sends when somebody asks; `paths` limits the documents asked (none: all)."""

    question: str
    paths: tuple[str, ...] = ()


class Welcome(Frozen):
    """The parts of the page before the first question, as HTML; not `ready` when there is nothing to ask."""

    ready: bool
    corpus: str
    welcome: str
    documents: str


class Desk:
    """The window's calls for the conversation. Nothing is decided here: questions go to the engine, what comes back to `render`."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def calls(self) -> Mapping[str, Call]:
        """Every call by its name."""
        return {"chat.welcome": self.welcome, "chat.ask": self.ask, "chat.locate": self.locate}

    def welcome(self, wish: Wish) -> Welcome:
        """What the page shows first: the corpus, example questions, the documents; or why there is nothing to ask."""
        engine = self._room.engine
        if engine is None:
            return Welcome(
                ready=False, corpus=render.corpus_line(self._room.name, ()), welcome=render.empty(self._room.trouble), documents=""
            )
        try:
            sources = engine.sources()
            examples = engine.examples(EXAMPLES)
        except GroundlineError as error:
            return Welcome(ready=False, corpus="", welcome=render.problem(error), documents="")
        corpus = render.corpus_line(self._room.name, sources)
        return Welcome(ready=True, corpus=corpus, welcome=render.welcome(examples), documents=render.documents(sources))

    def ask(self, wish: Wish) -> str:
        """Ask, and render the turn."""
        asked = Question.model_validate(wish.data)
        engine = self._room.engine
        if engine is None:
            return render.failed(asked.question, self._room.trouble)
        try:
            return render.turn(engine.ask(asked.question, paths=asked.paths or None))
        except GroundlineError as error:
            return render.failed(asked.question, error)

    def locate(self, wish: Wish) -> str:
        """Show a document at a quote."""
        view = panel.View.model_validate(wish.data)
        engine = self._room.engine
        document = engine.document(view.path) if engine else None
        if engine is None or document is None:
            return panel.gone(view)
        return panel.source(view, document, changed=_changed(engine.corpus, document))


def _changed(corpus: Path, document: Document) -> bool:
    try:
        return hash_file(corpus / document.path) != document.sha256
    except ReadError:
        return True
