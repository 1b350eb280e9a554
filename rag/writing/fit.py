"""Which passages a language model is shown, and the prompt that has room for them."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rag.answer import ABSTAINED
from rag.catalog import Catalog, PassageRow, SentenceRow
from rag.errors import ModelError
from rag.prompts import BRIEFLY, ONE_QUESTION, OVERVIEW, Prompt, Task, new_mark, passage_block, writing_prompt
from rag.providers import name_of, translated
from rag.retrieve import Found
from rag.schema import Answer, Citation, Document
from rag.tokens import count_tokens

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage

# Tokens of a prompt, passages included; chosen, not fitted: some twenty-five passages.
MOST_TOKENS = 4_000
# Kept for the answer where the model names no size of its own, and for the messages' frame.
ANSWER_TOKENS, FRAME_TOKENS = 512, 32
# An answer never takes more than half of the context window away from the prompt, of a small window a quarter.
SMALL_WINDOW = 1_024
# Share of the room that is used: other models cut texts into somewhat more tokens than tiktoken's encodings.
SHARE = 0.9
# Below this room, in tokens, a model is taken for a small one: it is told simply, and shown this many passages at most, of them what
# the extractive answer quotes. Chosen on questions over the five articles; more text makes small models answer worse.
BRIEF_BELOW, BRIEF_SHOWN = 1_400, 3
# Stands where boilerplate was left out of a passage.
GAP = " … "


class Source(NamedTuple):
    """A passage that a model may be shown: its document, and its sentences without boilerplate, in order.

    `quoted` are those of them that the extractive answer quotes.
    """

    document: Document
    passage: PassageRow
    sentences: tuple[SentenceRow, ...]
    quoted: tuple[SentenceRow, ...] = ()

    @property
    def text(self) -> str:
        """What the model reads, but for control words of chat formats."""
        return GAP.join(self.document.text[run[0].start : run[-1].end] for run in runs(self.sentences))


class Fitted(NamedTuple):
    """A prompt, and the sources that it shows, numbered from 1 in this order; `brief` when it asks for a sentence or two."""

    prompt: Prompt
    shown: tuple[Source, ...]
    brief: bool = False


def sources(answer: Answer, found: Sequence[Found], catalog: Catalog, spread: bool = False) -> tuple[Source, ...]:
    """The passages to show for a question, best first: those that the extractive answer quotes, then the others as retrieved.

    With `spread` the documents take turns, so that many are shown where there is room for few passages.
    """
    quotes: dict[tuple[str, int], list[Citation]] = {}
    for one in answer.citations:
        quotes.setdefault((one.path, one.passage), []).append(one)
    rank = {key: number for number, key in enumerate(quotes)}
    ranked = sorted((one.passage for one in found), key=lambda row: rank.get((row.path, row.number), len(rank)))
    documents = {path: catalog.document(path) for path in {row.path for row in ranked}}
    rows: dict[str, list[SentenceRow]] = {}
    for row in catalog.sentences([passage.id for passage in ranked]):
        if not row.boilerplate:
            rows.setdefault(row.passage_id, []).append(row)
    every = [
        Source(document, passage, tuple(rows[passage.id]), _quoted(rows[passage.id], quotes.get((passage.path, passage.number), [])))
        for passage in ranked
        if passage.id in rows and (document := documents[passage.path]) is not None
    ]
    return tuple(_taking_turns(every) if spread else every)


def fit(answer: Answer, question: str, sources: Sequence[Source], llm: "LLM", spread: bool = False) -> Fitted:
    """The prompt with the best passages that there is room for, in the documents' order; best first for a model that reads little.

    A model that reads little is shown the sentences that the extractive answer quotes, of the best passages. Where not even one passage
    has room, those of the best alone. Raises ModelError when these have none either, or when the model cannot say how much it reads.
    """
    room = room_of(llm)
    brief = room < BRIEF_BELOW
    length = OVERVIEW if spread else BRIEFLY if brief else ONE_QUESTION
    task = Task(question, tuple(one.text for one in answer.corrections), ABSTAINED, length, brief)
    mark = new_mark([question, *task.notes, *(_named(source) for source in sources)])
    narrow = [source._replace(sentences=source.quoted) for source in sources if source.quoted]
    most = narrow[:BRIEF_SHOWN] or sources[:BRIEF_SHOWN] if brief and not spread else sources
    for offered in (most, narrow[:1]):
        if (fitted := _fitted(task, offered, mark, room, _named if spread else _bare)) is not None:
            return fitted
    raise ModelError(
        f"The language model {name_of(llm)} has room for {room:,} tokens: too few for the question and one passage.",
        "Use a model with a larger context window, or a shorter question.",
    )


def room_of(llm: "LLM") -> int:
    """Tokens that a prompt may have, as tiktoken counts them. Raises ModelError when the model cannot say how much it reads."""
    try:
        window, answer = llm.metadata.context_window, llm.metadata.num_output
    except Exception as error:
        raise translated(llm, error) from None
    kept = min(answer if answer > 0 else ANSWER_TOKENS, window // (4 if window <= SMALL_WINDOW else 2))
    return min(int((window - kept) * SHARE), MOST_TOKENS) - FRAME_TOKENS


def messages(prompt: Prompt) -> "list[ChatMessage]":
    """The prompt as LlamaIndex sends it."""
    from llama_index.core.llms import ChatMessage, MessageRole

    return [ChatMessage(role=MessageRole.SYSTEM, content=prompt.system), ChatMessage(role=MessageRole.USER, content=prompt.user)]


def size(prompt: Prompt) -> int:
    """Tokens of both messages."""
    return count_tokens(prompt.system) + count_tokens(prompt.user)


def runs(rows: Sequence[SentenceRow]) -> list[list[SentenceRow]]:
    """Sentences that follow each other with no boilerplate between."""
    joined: list[list[SentenceRow]] = []
    for row in rows:
        if joined and joined[-1][-1].position + 1 == row.position:
            joined[-1].append(row)
        else:
            joined.append([row])
    return joined


def _bare(source: Source) -> str:
    return source.text


def _named(source: Source) -> str:
    return f"Document: {source.passage.path}\n{source.text}"


def _fitted(task: Task, sources: Sequence[Source], mark: str, room: int, told: Callable[[Source], str]) -> Fitted | None:
    left = room - size(writing_prompt(task, [], mark))
    chosen: list[Source] = []
    for source in sources:
        cost = count_tokens(passage_block(len(sources), told(source), mark, task.brief) + "\n\n")
        if cost <= left:
            chosen.append(source)
            left -= cost
    while chosen:
        in_order = sorted(chosen, key=lambda source: (source.passage.path, source.passage.start))
        shown = tuple(chosen if task.length == BRIEFLY else in_order)
        prompt = writing_prompt(task, [told(source) for source in shown], mark)
        if size(prompt) <= room:
            return Fitted(prompt, shown, task.length == BRIEFLY)
        chosen.pop()
    return None


def _quoted(rows: Sequence[SentenceRow], citations: Sequence[Citation]) -> tuple[SentenceRow, ...]:
    return tuple(row for row in rows if any(one.start < row.end and row.start < one.end for one in citations))


def _taking_turns(every: Sequence[Source]) -> list[Source]:
    """The first of each document, then the second of each, and so on; documents in the order of their best passage."""
    order = {path: number for number, path in enumerate(dict.fromkeys(source.passage.path for source in every))}
    grouped = groupby(sorted(every, key=lambda source: order[source.passage.path]), key=lambda source: source.passage.path)
    turns = [(turn, order[path], source) for path, group in grouped for turn, source in enumerate(group)]
    return [source for _, _, source in sorted(turns, key=lambda one: one[:2])]
