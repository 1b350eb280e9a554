"""The conversation's calls: a question becomes a stream of HTML, a citation its document."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from pydantic import Field

from rag.conversations import Conversations
from rag.errors import GroundlineError, ReadError
from rag.events import Done, Event, Failed, Retrieved, Sentence, Token
from rag.readers import hash_file, is_current
from rag.schema import Answer, Document, Frozen
from ui import panel, render, rights
from ui.draft import Draft
from ui.registry import Call, Room, Stream, Wish

EXAMPLES = 6
SUGGESTIONS = 3
# Runs of which it is remembered how they ended, for readers who stop them at the last moment.
RUNS = 1_000
Step = dict[str, object]


class Question(Frozen):
    """What the page sends when somebody asks.

    `conversation` is the one that it belongs to (none: a new one), `instead` the turn there that it replaces with all that follow,
    `paths` limits the documents asked (none: all), `run` names this asking, for `stop`.
    """

    question: str
    conversation: str = ""
    instead: int = 0
    paths: tuple[str, ...] = ()
    run: str = Field("", max_length=64)


class Welcome(Frozen):
    """The parts of the page before the first question, as HTML; not `ready` when there is nothing to ask."""

    ready: bool
    corpus: str
    welcome: str
    documents: str


class Desk:
    """The window's calls for asking and reading. Nothing is decided here: questions go to the engine, what comes back to `render`."""

    def __init__(self, room: Room, conversations: Conversations, seen: Callable[[Event], object] | None = None) -> None:
        self._room = room
        self._kept = conversations
        self._seen = seen or (lambda event: None)
        self._suggesting = threading.Lock()
        self._ending = threading.Lock()
        # How the newest runs have ended: where the answer was kept, or None for one that was stopped before.
        self._ended: OrderedDict[tuple[str, str], Step | None] = OrderedDict()

    def calls(self) -> Mapping[str, Call]:
        """Every call by its name."""
        return {
            "chat.welcome": self.welcome,
            "chat.examples": self.examples,
            "chat.stop": self.stop,
            "chat.suggest": self.suggest,
            "chat.locate": self.locate,
            "chat.rest": self.rest,
            "chat.behind": self.behind,
        }

    def streams(self) -> Mapping[str, Stream]:
        """Every stream by its name."""
        return {"chat.ask": self.ask}

    def welcome(self, wish: Wish) -> Welcome:
        """What the page shows first: the corpus, example questions, the documents; or why there is nothing to ask."""
        engine = self._room.engine
        name = self._room.name
        if engine is None:
            line, trouble = render.corpus_line(name, ()), self._room.trouble
            if "admin" in wish.scopes:
                return Welcome(ready=False, corpus=line, welcome=render.empty(trouble), documents="")
            bare = GroundlineError(str(trouble), "Whoever runs Groundline can add documents.")
            return Welcome(ready=False, corpus=line, welcome=render.problem(bare), documents="")
        try:
            rights.check(wish, "ask")
            sources = engine.sources()
        except GroundlineError as error:
            return Welcome(ready=False, corpus="", welcome=render.problem(error), documents="")
        corpus = render.corpus_line(name, sources)
        listed = render.documents(sources) if "read" in wish.scopes else ""
        return Welcome(ready=True, corpus=corpus, welcome=render.welcome(), documents=listed)

    def examples(self, wish: Wish) -> str:
        """Questions to begin with. The first time takes a second or two: they are asked before they are offered."""
        rights.check(wish, "ask")
        engine = self._room.engine
        return render.examples(engine.examples(EXAMPLES)) if engine is not None else ""

    def ask(self, wish: Wish) -> Iterator[Step]:
        """Ask, and render what happens: `step`, `token`, `sentence` with the `rest` that is not judged yet, then `done` or `failed`.

        Quotes come with `done`, in their places: what nobody writes is complete at once.
        After `done` the turn is kept, and `stored` says where. A stream that is closed before keeps nothing.
        """
        rights.check(wish, "ask")
        asked = Question.model_validate(wish.data)
        engine = self._room.engine
        if engine is None:
            yield {"failed": render.failed(asked.question, self._room.trouble)}
            return
        try:
            history = self._kept.history(asked.conversation, owner=wish.visitor) if asked.conversation else ()
            if asked.instead:
                history = history[: 2 * (asked.instead - 1)]
            with closing(engine.stream(asked.question, history=history, paths=asked.paths or None)) as events:
                yield from self._told(events, asked, wish.visitor, written=engine.llm_name != render.EXTRACTIVE)
        except GroundlineError as error:
            yield {"failed": render.failed(asked.question, error)}

    def _told(self, events: Iterator[Event], asked: Question, owner: str, written: bool) -> Iterator[Step]:
        draft = Draft()
        for event in events:
            self._seen(event)
            match event:
                case Retrieved():
                    yield {"step": f"Reading {render.count(len(event.hits), 'passage')}"}
                case Token() if written:
                    draft.add(event.text)
                    yield {"token": event.text}
                case Sentence() if written:
                    draft.take(event.sentence.text)
                    yield {"sentence": render.sentence(event.sentence, event.citations), "rest": draft.text}
                case Done():
                    yield {"done": render.turn(event.answer)}
                    yield self._keep(event.answer, asked, owner)
                case Failed():
                    yield {"failed": render.failed(asked.question, GroundlineError(event.message, event.hint))}

    def _keep(self, answer: Answer, asked: Question, owner: str) -> Step:
        """Store a turn, unless it was stopped. That it cannot be stored is told beside the answer, which stands."""
        with self._ending:
            if (owner, asked.run) in self._ended:
                return {}
            try:
                conversation = asked.conversation or self._kept.create(self._room.corpus, owner=owner).id
                if asked.instead:
                    self._kept.cut(conversation, asked.instead, owner=owner)
                number = self._kept.append(conversation, answer, owner=owner).number
            except GroundlineError as error:
                return {"unstored": render.problem(error)}
            where: Step = {"conversation": conversation, "turn": number}
            if asked.run:
                self._end(owner, asked.run, where)
            return {"stored": where}

    def stop(self, wish: Wish) -> Step | None:
        """See to it that a run keeps nothing; where it was faster and its answer is kept, say where."""
        run = _Run.model_validate(wish.data).run
        with self._ending:
            if (wish.visitor, run) not in self._ended:
                self._end(wish.visitor, run, None)
            return self._ended[wish.visitor, run]

    def _end(self, owner: str, run: str, where: Step | None) -> None:
        self._ended[owner, run] = where
        while len(self._ended) > RUNS:
            self._ended.popitem(last=False)

    def suggest(self, wish: Wish) -> str | None:
        """What may be asked next, for a stored turn. None while this is looked for for somebody else: answers go before."""
        rights.check(wish, "ask")
        stored = _Kept.model_validate(wish.data)
        engine = self._room.engine
        turns = self._kept.get(stored.conversation, owner=wish.visitor).turns
        if engine is None or not 1 <= stored.turn <= len(turns):
            return ""
        if not self._suggesting.acquire(blocking=False):
            return None
        try:
            return render.suggestions(engine.suggestions([turn.answer for turn in turns[: stored.turn]], SUGGESTIONS))
        finally:
            self._suggesting.release()

    def behind(self, wish: Wish) -> str:
        """That the folder has changed since it was indexed, where it has."""
        rights.check(wish, "ask")
        engine = self._room.engine
        return render.behind("admin" in wish.scopes) if engine is not None and engine.is_behind() else ""

    def locate(self, wish: Wish) -> str:
        """Show a document at a quote."""
        rights.check(wish, "read")
        view = panel.View.model_validate(wish.data)
        engine = self._room.engine
        document = engine.document(view.path) if engine else None
        if engine is None or document is None:
            return panel.gone(view)
        return panel.source(view, document, changed=_changed(engine.corpus, document))

    def rest(self, wish: Wish) -> str:
        """More of a document's text."""
        rights.check(wish, "read")
        wanted = panel.Rest.model_validate(wish.data)
        document = self._room.engine.document(wanted.path) if self._room.engine else None
        return panel.rest(wanted, document) if document is not None else ""


class _Run(Frozen):
    run: str = Field(min_length=1, max_length=64)


class _Kept(Frozen):
    conversation: str
    turn: int


def _changed(corpus: Path, document: Document) -> bool:
    """Whether the file would give another text now: it is another one, or is read in another way."""
    try:
        return not is_current(document.reader) or hash_file(corpus / document.path) != document.sha256
    except ReadError:
        return True
