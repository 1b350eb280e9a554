"""Open a corpus, ask it, check what it answered."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, aclosing, closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rag.answer import answer_from
from rag.asking import prepare
from rag.catalog import PassageRow
from rag.changes import Folder
from rag.chat import Chat, Understood, is_nearer, understand
from rag.config import Settings
from rag.embed import Embedder, MiniLM, QuestionReading
from rag.errors import EngineClosed, GroundlineError, QuestionError
from rag.events import Done, Event, Failed, Retrieved
from rag.examples import candidates, choose
from rag.followup import Message, as_turns, recent
from rag.index import Index, open_index
from rag.ingest import Progress, ingest
from rag.language.words import stems
from rag.overview import overview
from rag.providers import close_llm, make_llm, name_of
from rag.retrieve import Found, hit, retrieve
from rag.schema import Answer, Check, Document, Hit, IndexState, IngestReport, SourceInfo
from rag.sources import check_index, index_state, list_sources
from rag.suggestions import nearby, suggest
from rag.threads import in_a_thread
from rag.writing import Source, checked_llm, quoted, sources, unjudged, write

if TYPE_CHECKING:
    from llama_index.core.base.base_query_engine import BaseQueryEngine
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.llms import LLM
    from llama_index.core.postprocessor.types import BaseNodePostprocessor

UNEXPECTED = "The answer could not be given because of a mistake in Groundline ({})."
REPORT = "The log says where; please report it."

_LOG = logging.getLogger(__name__)


class Engine:
    """One corpus, open for questions from any number of threads. `report` is what the ingest at opening did, or None."""

    def __init__(
        self,
        corpus: Path,
        index: Index,
        embedder: Embedder,
        settings: Settings,
        report: IngestReport | None,
        llm: "LLM | None" = None,
        reranker: "BaseNodePostprocessor | None" = None,
        parts: ExitStack | None = None,
    ) -> None:
        self.corpus = corpus
        self.settings = settings
        self.report = report
        self._opened = index
        self._closed = False
        self._embedder = embedder
        self._llm = llm
        self._reranker = reranker
        self._parts = parts or ExitStack()
        self._examples: tuple[int, int, tuple[str, ...]] = (-1, 0, ())
        self._updating = threading.Lock()
        self._folder = Folder(corpus, settings)

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be mended in the index since it was opened, in order; `report.notes` has what the ingest at opening mended."""
        return self._opened.notes

    def ask(self, question: str, *, history: Iterable[Message] = (), paths: Sequence[str] | None = None) -> Answer:
        """Answers from the documents, or abstains; `history` are the earlier turns that a follow-up leans on, `paths` limits the documents.

        Raises QuestionError when the question is empty, too long or not text, IndexMissing when the index was taken away,
        IndexLocked when others write to it without a pause, EngineClosed after `close`, ModelError when the language model fails.
        """
        return self._ask(question, paths, self._llm, history)

    async def aask(self, question: str, *, history: Iterable[Message] = (), paths: Sequence[str] | None = None) -> Answer:
        """`ask` in a thread of its own."""
        return await asyncio.to_thread(self.ask, question, history=history, paths=paths)

    def chat(self, history: Iterable[Message] = (), *, paths: Sequence[str] | None = None) -> Chat:
        """A conversation, going on from `history`: turns, or dictionaries of `role` (user, assistant) and `content`."""
        return Chat(self, history, paths)

    def stream(self, question: str, *, history: Iterable[Message] = (), paths: Sequence[str] | None = None) -> Generator[Event, None, None]:
        """The events of an answer as it is being given; closing the iterator stops the language model.

        Raises what `ask` raises until the passages are found; what fails later is the last event, `Failed`.
        """
        with closing(self._events(question, paths, self._llm, history)) as events:
            yield next(events)
            try:
                yield from events
            except GroundlineError as error:
                yield Failed(error=type(error).__name__, message=str(error), hint=error.hint)
            except Exception as error:
                # Nothing but a mistake of ours gets here; whoever reads a stream is told in its own way, and the log in full.
                _LOG.exception("an answer could not be given")
                yield Failed(error=type(error).__name__, message=UNEXPECTED.format(type(error).__name__), hint=REPORT)

    async def astream(
        self, question: str, *, history: Iterable[Message] = (), paths: Sequence[str] | None = None
    ) -> AsyncGenerator[Event, None]:
        """`stream` in threads; closing this, or cancelling who waits for it, stops the language model."""
        async with aclosing(in_a_thread(self.stream(question, history=history, paths=paths))) as events:
            async for event in events:
                yield event

    def retrieve(self, question: str, *, k: int | None = None, paths: Sequence[str] | None = None) -> tuple[Hit, ...]:
        """The best passages for a question with their scores, best first; `k` defaults to the setting `hits`."""
        text = checked(question, self.settings.max_question_chars)
        found = self._index.consistently(lambda: self._find(prepare(text, self._index.catalog.vocabulary()).text, paths))
        return tuple(hit(one) for one in found[: k or self.settings.hits])

    def as_query_engine(self) -> "BaseQueryEngine":
        """A LlamaIndex query engine: its Response carries the answer's text and one source node for each citation."""
        from rag.llamaindex import GroundedQueryEngine

        return GroundedQueryEngine(self)

    def as_retriever(self, k: int | None = None) -> "BaseRetriever":
        """A LlamaIndex retriever of the best `k` passages."""
        from rag.llamaindex import PassageRetriever

        return PassageRetriever(self, k)

    def sources(self) -> tuple[SourceInfo, ...]:
        """The indexed documents in order of path, each compared with the file as it is now."""
        return self._index.consistently(lambda: list_sources(self._index.catalog, self.corpus))

    def is_behind(self) -> bool:
        """Whether the folder holds what is not indexed yet, or no longer what is; hardly a file is read to find out."""
        self._index.refresh()
        return self._folder.has_changed(self._index.catalog)

    def state(self) -> IndexState:
        """How much is indexed; the files are not looked at."""
        return self._index.consistently(lambda: index_state(self._index.catalog))

    def document(self, path: str) -> Document | None:
        """A document as it was indexed, or None."""
        return self._index.catalog.document(path)

    def passages(self, path: str) -> list[PassageRow]:
        """The passages of a document in order."""
        return self._index.catalog.passages_of(path)

    def examples(self, n: int = 4) -> tuple[str, ...]:
        """Up to `n` questions of at most 90 characters, made from the corpus's own sentences and answered with them.

        The same for the same corpus; the first call after a change asks some tens of questions.
        """
        self._index.refresh()
        generation = self._index.generation
        if self._examples[:2] != (generation, n):
            found = self._index.consistently(lambda: candidates(self._index.catalog, n))
            self._examples = (generation, n, choose(found, n, lambda question: self._ask(question, None, None)))
        return self._examples[2]

    def suggestions(self, answers: Sequence[Answer], n: int = 3) -> tuple[str, ...]:
        """Up to `n` questions to ask after these answers, the last being the newest; each is answered with a sentence of the documents."""
        found = self._index.consistently(lambda: nearby(self._index.catalog, answers))
        return suggest(found, n, lambda question: self._ask(question, None, None))

    def verify_index(self) -> tuple[Check, ...]:
        """One check for each indexed passage: do its characters still stand in the file?"""
        return self._index.consistently(lambda: check_index(self._index.catalog, self.corpus))

    def update(self, progress: Callable[[Progress], None] | None = None) -> IngestReport:
        """Indexes what changed in the folder since the last time, while other threads go on asking; they see the new state from then on.

        One update runs at a time, others wait their turn. Nothing has to be left in the folder. Raises what `open_corpus` raises,
        CorpusEmpty apart.
        """
        with self._updating:
            home = self._index.folder.parent
            self.report = ingest(self.corpus, home, self._embedder, self.settings, progress, allow_empty=True)
            return self.report

    @property
    def llm_name(self) -> str:
        """Who writes the answers: `extractive`, or a model such as `openai:gpt-4.1`. Never a key."""
        return name_of(self._llm)

    def close(self) -> None:
        """Closes the index, and a language model that was opened by name; whatever is asked afterwards raises EngineClosed."""
        self._closed = True
        self._opened.close()
        self._parts.close()

    @property
    def _index(self) -> Index:
        """The index. Raises EngineClosed when it is no longer open: its catalog would quietly open again."""
        if self._closed:
            raise EngineClosed(f"The engine over {self.corpus} is closed.", "Open the folder again with `open_corpus`.")
        return self._opened

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _ask(self, question: str, paths: Sequence[str] | None, llm: "LLM | None", history: Iterable[Message] = ()) -> Answer:
        """The answer in the documents' own sentences, or in those of `llm`."""
        events = self._events(question, paths, llm, history)
        while True:
            try:
                next(events)
            except StopIteration as stop:
                return cast("Answer", stop.value)

    def _events(
        self, question: str, paths: Sequence[str] | None, llm: "LLM | None", history: Iterable[Message]
    ) -> Generator[Event, None, Answer]:
        """The events of an answer, and the answer; `llm` is asked when the index is free again."""
        started = time.perf_counter()
        turns = recent(as_turns(history), self.settings.history_tokens)
        understood = understand(checked(question, self.settings.max_question_chars), turns, llm, self.settings)
        text = understood.asked
        answer, retrieved, asked, shown, spread = self._index.consistently(lambda: self._answer(understood, paths, llm is not None))
        decided = ended = time.perf_counter()
        timings = {"retrieve": retrieved - started, "answer": decided - retrieved}
        yield Retrieved(question=text, hits=answer.hits)
        if llm is not None and answer.status == "answered":
            answer = yield from write(answer, asked, shown, llm, self.settings, spread)
            ended = time.perf_counter()
            timings["write"] = ended - decided
        else:
            answer = unjudged(answer, self.settings, self._llm)
            yield from quoted(answer)
        timings["total"] = ended - started
        answer = answer.model_copy(update={"timings": {name: round(value * 1000, 2) for name, value in timings.items()}})
        answer = understood.told(answer)
        yield Done(answer=answer)
        return answer

    def _answer(
        self, understood: Understood, paths: Sequence[str] | None, sourced: bool
    ) -> tuple[Answer, float, str, tuple[Source, ...], bool]:
        """The answer without its timings, when its passages had been found, the question as asked, what a model may be shown, and
        whether that is about several documents.
        """
        catalog, text = self._index.catalog, understood.asked
        asked = prepare(text, catalog.vocabulary())
        grouped = overview(text, asked, self._index, self._embedder, self.settings, paths)
        if grouped is not None:
            answer, found = grouped
            retrieved = time.perf_counter()
        else:
            read = self._embedder.reader.read_question(asked.text)
            found = self._find(asked.text, paths, read)
            retrieved = time.perf_counter()
            answer = answer_from(text, asked, read, found, catalog, self._embedder.reader, self.settings)
            if understood.own:
                answer, found = self._nearby(understood, paths, answer, found)
        spread = grouped is not None
        shown = sources(answer, found, catalog, spread) if sourced and answer.status == "answered" else ()
        return answer, retrieved, asked.text, shown, spread

    def _nearby(
        self, understood: Understood, paths: Sequence[str] | None, answer: Answer, found: list[Found]
    ) -> tuple[Answer, list[Found]]:
        """The answer that is kept, and its passages: the given one, or that of the document that the last turn was about.

        That one is asked in the follow-up's own words: near what was cited, sentences too say "it" and "there".
        """
        catalog, reader = self._index.catalog, self._embedder.reader
        asked = prepare(understood.own, catalog.vocabulary())
        place = self._find(understood.about, paths)[:1]
        if not place:
            return answer, found
        read = reader.read_question(asked.text)
        near = self._find(asked.text, [place[0].passage.path], read)
        other = answer_from(understood.asked, asked, read, near, catalog, reader, self.settings)
        if not is_nearer(other, answer):
            return answer, found
        ids = {one.passage.id for one in near}
        return other.model_copy(update={"hits": answer.hits}), [*near, *(one for one in found if one.passage.id not in ids)]

    def _find(self, question: str, paths: Sequence[str] | None, read: QuestionReading | None = None) -> list[Found]:
        """The passages for a question; a question that the reader has read is not embedded again by the same model."""
        same = read is not None and self._embedder.fingerprint == self._embedder.reader.fingerprint
        vector = read.reading.vector if read is not None and same else self._embedder.embed_query(question)
        found = retrieve(self._index, vector, stems(question), self.settings, paths)
        if self._reranker is None:
            return found
        from rag.reranking import rerank

        return rerank(question, found, self._reranker)


def open_corpus(
    corpus: Path | str | None = None,
    *,
    home: Path | str | None = None,
    settings: Settings | None = None,
    embed_model: "Embedder | BaseEmbedding | None" = None,
    llm: "LLM | str | None" = None,
    reranker: "BaseNodePostprocessor | str | None" = None,
    update: bool = True,
    progress: Callable[[Progress], None] | None = None,
    allow_empty: bool = False,
) -> Engine:
    """Opens a folder of documents, indexing what changed since the last time (unless `update` is False).

    With `allow_empty` a folder without documents can be opened too: every question abstains until an update finds some.

    `embed_model` is any LlamaIndex embedding, or an `Embedder`; the default ships with the package. `llm` is any LlamaIndex
    language model, or the name of one (`ollama:MODEL`, see `rag.providers.make_llm`), to write where the documents are found to answer;
    by default answers quote. `reranker` is any LlamaIndex node postprocessor that changes the order of passages, or a name
    (`fastembed:MODEL`). None stands for the settings `llm` and `reranker`. Raises CorpusNotFound, CorpusEmpty, IndexMissing,
    IndexMismatch, IndexLocked, IndexBroken, ModelError, StorageError or SettingsError.
    """
    settings = settings or Settings()
    folder, place = Path(corpus or settings.corpus), Path(home or settings.home)
    with ExitStack() as parts:
        writer = _as_llm(llm, settings, parts)
        order = _as_reranker(settings.reranker if reranker is None else reranker)
        embedder = as_embedder(embed_model)
        report = ingest(folder, place, embedder, settings, progress, allow_empty=allow_empty) if update else None
        index = open_index(folder, place, embedder, settings)
        return Engine(folder, index, embedder, settings, report, writer, order, parts.pop_all())


def _as_llm(llm: "LLM | str | None", settings: Settings, parts: ExitStack) -> "LLM | None":
    """The language model as it is, or by name; what is opened here is closed with `parts`."""
    if llm is not None and not isinstance(llm, str):
        return checked_llm(llm)
    made = make_llm(settings.llm if llm is None else llm, settings)
    if made is not None:
        parts.callback(close_llm, made)
    return made


def _as_reranker(reranker: "BaseNodePostprocessor | str") -> "BaseNodePostprocessor | None":
    if reranker == "":
        return None
    from rag.reranking import checked_reranker, make_reranker

    return make_reranker(reranker) if isinstance(reranker, str) else checked_reranker(reranker)


def as_embedder(model: "Embedder | BaseEmbedding | None") -> Embedder:
    """The default model for None, a LlamaIndex embedding in our shape, or an Embedder as it is."""
    if model is None:
        return MiniLM()
    if hasattr(model, "get_text_embedding_batch"):
        from rag.llamaindex import LlamaIndexEmbedder

        return LlamaIndexEmbedder(cast("BaseEmbedding", model))
    return model


def checked(question: str, longest: int) -> str:
    """The question without outer white space. Raises QuestionError when it is empty, too long or holds what is not text."""
    asked = question.strip()
    if not any(character.isalnum() for character in asked):
        raise QuestionError("The question has no words." if asked else "The question is empty.", "Ask in words.")
    if len(asked) > longest:
        raise QuestionError(f"The question has {len(asked):,} characters; the most is {longest:,}.", "Shorten it.")
    if "\0" in asked or any("\ud800" <= character <= "\udfff" for character in asked):
        raise QuestionError("The question holds characters that are not text.", "Type it again.")
    return asked
