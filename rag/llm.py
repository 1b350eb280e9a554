"""An answer that a language model writes: passages in, sentences out, each tied to exact characters of the documents and judged."""

from collections.abc import Generator, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rag.answer import ABSTAINED
from rag.catalog import Catalog, PassageRow, SentenceRow
from rag.citations import Marker, cite, markers, print_markers
from rag.errors import ModelError, SettingsError
from rag.events import Event, Sentence, Token
from rag.grounding import check_grounding
from rag.language.words import words
from rag.prompts import Prompt, new_mark, passage_block, writing_prompt
from rag.retrieve import Found
from rag.schema import Answer, AnswerSentence, Citation, Document, Highlight, Verdict
from rag.split import sentences
from rag.tokens import count_tokens

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

# Tokens of a prompt, passages included; chosen, not fitted: some twenty-five passages.
MOST_TOKENS = 4_000
# Kept for the answer where the model names no size of its own, and for the messages' frame.
ANSWER_TOKENS, FRAME_TOKENS = 512, 32
# Share of the room that is used: other models cut texts into somewhat more tokens than tiktoken's encodings.
SHARE = 0.9
# Stands where boilerplate was left out of a passage.
GAP = " … "

DECLINED = "The language model found no answer in the passages that it was given."
STANDS_IN = "“{}” stands in [{}]"
NO_SOURCE = "it names no source"
NO_SUCH_SOURCE = "it names source {number}, which does not exist"
ASK_WITHOUT = "Try again, or ask without `llm=`."


class Source(NamedTuple):
    """A passage that a model may be shown: its document, and its sentences without boilerplate, in order."""

    document: Document
    passage: PassageRow
    sentences: tuple[SentenceRow, ...]

    @property
    def text(self) -> str:
        """What the model reads."""
        return GAP.join(self.document.text[run[0].start : run[-1].end] for run in _runs(self.sentences))


class _Claim(NamedTuple):
    """A written sentence at `text[start:end]`, markers left out, and the source numbers that it names."""

    start: int
    end: int
    numbers: tuple[int, ...]


def checked_llm(llm: "LLM | None") -> "LLM | None":
    """The model as it is. Raises SettingsError for what is not a LlamaIndex language model."""
    if llm is not None and not (hasattr(llm, "chat") and hasattr(llm, "metadata")):
        message = f"llm= takes a LlamaIndex language model; this is of type {type(llm).__name__}."
        raise SettingsError(message, "Pass an object such as llama_index's OpenAI(…).")
    return llm


def sources(answer: Answer, found: Sequence[Found], catalog: Catalog) -> tuple[Source, ...]:
    """The passages to show for a question, best first: those that the extractive answer quotes, then the others as retrieved."""
    quoted = {(one.path, one.passage): one.n for one in reversed(answer.citations)}
    last = len(answer.citations) + 1
    ranked = sorted((one.passage for one in found), key=lambda row: quoted.get((row.path, row.number), last))
    documents = {path: catalog.document(path) for path in {row.path for row in ranked}}
    rows: dict[str, list[SentenceRow]] = {}
    for row in catalog.sentences([passage.id for passage in ranked]):
        if not row.boilerplate:
            rows.setdefault(row.passage_id, []).append(row)
    return tuple(
        Source(document, passage, tuple(rows[passage.id]))
        for passage in ranked
        if passage.id in rows and (document := documents[passage.path]) is not None
    )


def quoted(answer: Answer) -> Iterator[Event]:
    """The events of an answer that is complete: each of its sentences as a token and as judged."""
    for sentence in answer.sentences:
        yield Token(text=answer.text[sentence.start : sentence.end])
        yield told(sentence, answer)


def told(sentence: AnswerSentence, answer: Answer) -> Sentence:
    """The event of one sentence of an answer."""
    return Sentence(sentence=sentence, citations=tuple(one for one in answer.citations if one.n in sentence.citations))


def write(answer: Answer, question: str, sources: Sequence[Source], llm: "LLM") -> Generator[Event, None, Answer]:
    """Events while a model writes, and in the end `answer` with its text in place of the quotes; `sources` may be shown, best first.

    Abstains when the model says that they hold no answer. Raises ModelError when the model fails, writes nothing or has no room.
    """
    prompt, shown = _fit(question, [one.text for one in answer.corrections], sources, llm)
    said = ""
    for delta in _deltas(llm, prompt):
        said += delta
        yield Token(text=delta)
    written = _written(answer, _checked(llm, said), shown, llm)
    for sentence in written.sentences:
        yield told(sentence, written)
    return written


def _written(answer: Answer, said: str, shown: Sequence[Source], llm: "LLM") -> Answer:
    text, claims = _read(said)
    if not _has_words(text):
        raise ModelError(f"The language model {_name(llm)} wrote no sentence: {said[:80]!r}.", ASK_WITHOUT)
    if text.strip(" .“”\"'*\n").casefold() == ABSTAINED.strip(".").casefold() and not answer.corrections:
        unknown = dict.fromkeys(number for claim in claims for number in _invented(claim.numbers, shown))
        declined = {"status": "abstained", "text": ABSTAINED, "reasons": (DECLINED,), "unknown_markers": tuple(map(_marker, unknown))}
        return answer.model_copy(update={**declined, "sentences": (), "citations": (), "highlights": ()})
    return _Composer(answer).composed(text, claims, shown)


def _fit(question: str, notes: Sequence[str], sources: Sequence[Source], llm: "LLM") -> tuple[Prompt, list[Source]]:
    """The prompt with the best passages that there is room for, in the documents' order."""
    room = _room(llm)
    mark = new_mark([question, *notes, *(source.text for source in sources)])
    left = room - _size(writing_prompt(question, [], notes, mark, ABSTAINED))
    chosen: list[Source] = []
    for source in sources:
        cost = count_tokens(passage_block(len(sources), source.text, mark) + "\n\n")
        if cost <= left:
            chosen.append(source)
            left -= cost
    while chosen:
        shown = sorted(chosen, key=lambda source: (source.passage.path, source.passage.start))
        prompt = writing_prompt(question, [source.text for source in shown], notes, mark, ABSTAINED)
        if _size(prompt) <= room:
            return prompt, shown
        chosen.pop()
    raise ModelError(
        f"The language model {_name(llm)} has room for {room:,} tokens: too few for the question and one passage.",
        "Use a model with a larger context window, or a shorter question.",
    )


def _room(llm: "LLM") -> int:
    """Tokens that a prompt may have, as tiktoken counts them. Raises ModelError when the model cannot say how much it reads."""
    try:
        window, answer = llm.metadata.context_window, llm.metadata.num_output
    except Exception as error:
        raise _failed(llm, error) from error
    kept = min(answer if answer > 0 else ANSWER_TOKENS, window // 2)
    return min(int((window - kept) * SHARE), MOST_TOKENS) - FRAME_TOKENS


def _size(prompt: Prompt) -> int:
    return count_tokens(prompt.system) + count_tokens(prompt.user)


def _deltas(llm: "LLM", prompt: Prompt) -> Iterator[str]:
    """What the model writes, piece by piece as it comes. Raises ModelError when it fails; closing this closes the model's own stream."""
    from llama_index.core.llms import ChatMessage, ChatResponse, MessageRole

    messages = [ChatMessage(role=MessageRole.SYSTEM, content=prompt.system), ChatMessage(role=MessageRole.USER, content=prompt.user)]
    said = ""
    responses: Iterator[ChatResponse] = iter(())
    try:
        try:
            responses = iter(llm.stream_chat(messages))
            response = next(responses, None)
        except NotImplementedError:
            response = llm.chat(messages)
        while response is not None:
            content = response.message.content or ""
            delta = response.delta if response.delta is not None else content[len(said) :]
            said += delta
            if delta:
                yield delta
            response = next(responses, None)
    except Exception as error:
        raise _failed(llm, error) from error
    finally:
        if (close := getattr(responses, "close", None)) is not None:
            close()


def _checked(llm: "LLM", said: str) -> str:
    """A whole text of the model. Raises ModelError when it is empty or no text."""
    if not said.strip():
        raise ModelError(f"The language model {_name(llm)} wrote nothing.", ASK_WITHOUT)
    if any("\ud800" <= character <= "\udfff" for character in said):
        raise ModelError(f"The language model {_name(llm)} wrote characters that are not text.", ASK_WITHOUT)
    return said.strip()


def _failed(llm: "LLM", error: Exception) -> ModelError:
    return ModelError(
        f"The language model {_name(llm)} failed with {type(error).__name__}; its own words are in the cause.",
        "Check its server, its name and its key, or ask without `llm=`.",
    )


def _name(llm: "LLM") -> str:
    return type(llm).__name__


def _read(said: str) -> tuple[str, list[_Claim]]:
    """A model's text without its markers, and its sentences with the numbers that belong to each."""
    text, marks = _without_markers(said)
    spans = sentences(text)
    numbers: list[list[int]] = [[] for _ in spans]
    for place, named, forward in marks:
        after = [index for index, span in enumerate(spans) if span.end > place]
        before = [index for index, span in enumerate(spans) if span.start < place]
        owners = after[:1] + before[-1:] if forward else before[-1:] + after[:1]
        for owner in owners[:1]:
            numbers[owner] += named
    return text, [_Claim(span.start, span.end, tuple(dict.fromkeys(named))) for span, named in zip(spans, numbers, strict=True)]


def _without_markers(said: str) -> tuple[str, list[tuple[int, tuple[int, ...], bool]]]:
    """The text without markers, and for each its place there, its numbers, and whether it speaks of what follows ("Source 1: …")."""
    text, at = "", 0
    marks: list[tuple[int, tuple[int, ...], bool]] = []
    for marker in markers(said):
        text += said[at : marker.start]
        rest = said[marker.end :].partition("\n")[0]
        opens = not _has_words(text.rpartition("\n")[2])
        text = text if opens else text.rstrip(" \t")
        marks.append((len(text), marker.numbers, _leads(said, marker, opens)))
        if opens:
            at = marker.end + len(rest) - len(rest.lstrip())
        else:
            at = marker.end
            text += " " if rest[:1].isalnum() else ""
    return text + said[at:], marks


def _leads(said: str, marker: Marker, opens: bool) -> bool:
    """Whether a marker stands before its sentence: with a colon, or on a line that opens with a marker and does not end with one."""
    if said[marker.end - 1] in ":：":
        return True
    line = said[said.rfind("\n", 0, marker.start) + 1 :].partition("\n")[0]
    inside = markers(line)
    if not inside:
        return opens
    return (opens or not _has_words(line[: inside[0].start])) and _has_words(line[inside[-1].end :])


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)


class _Composer:
    """Puts an answer together sentence by sentence, numbering citations as they come."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._text = ""
        self._parts: list[AnswerSentence] = []
        self._citations: dict[tuple[str, int, int], Citation] = {}
        self._unknown: dict[str, None] = {}

    def composed(self, text: str, claims: Sequence[_Claim], shown: Sequence[Source]) -> Answer:
        """The answer: corrections first, then what was written."""
        quotes = {one.n: one for one in self._answer.citations}
        corrections = []
        for part, correction in zip(self._answer.sentences, self._answer.corrections, strict=False):
            citation = self._numbered(quotes[correction.citation])
            corrections.append(correction.model_copy(update={"citation": citation.n}))
            self._add(" " if self._text else "", part.text, part.verdict, (STANDS_IN.format(correction.found, citation.n),), [citation])
        at, gap = 0, " " if self._text else ""
        for claim in claims:
            self._claim(gap + text[at : claim.start], text[claim.start : claim.end], claim.numbers, shown)
            at, gap = claim.end, ""
        citations = tuple(self._citations.values())
        update = {
            "text": self._text,
            "sentences": tuple(self._parts),
            "citations": citations,
            "corrections": tuple(corrections),
            "highlights": tuple(self._highlights(citations)),
            "unknown_markers": tuple(self._unknown),
        }
        return self._answer.model_copy(update=update)

    def _claim(self, gap: str, sentence: str, numbers: Sequence[int], shown: Sequence[Source]) -> None:
        invented = _invented(numbers, shown)
        self._unknown.update(dict.fromkeys(map(_marker, invented)))
        citations = [self._numbered(_support(sentence, shown[number - 1])) for number in numbers if number not in invented]
        grounding = check_grounding(sentence, [citation.quote for citation in citations])
        verdict: Verdict = grounding.label
        reasons = grounding.reasons
        if not citations and verdict != "not_judged":
            verdict, reasons = "uncited", () if invented else (NO_SOURCE,)
        self._add(gap, sentence, verdict, (*reasons, *(NO_SUCH_SOURCE.format(number=number) for number in invented)), citations)

    def _numbered(self, citation: Citation) -> Citation:
        """The citation with its number in this answer: the same for the same characters."""
        key = (citation.path, citation.start, citation.end)
        return self._citations.setdefault(key, citation.model_copy(update={"n": len(self._citations) + 1}))

    def _add(self, gap: str, sentence: str, verdict: Verdict, reasons: tuple[str, ...], citations: Sequence[Citation]) -> None:
        start = len(self._text) + len(gap)
        numbers = tuple(dict.fromkeys(citation.n for citation in citations))
        self._text += gap + sentence + (f" {print_markers(numbers)}" if numbers else "")
        self._parts.append(
            AnswerSentence(text=sentence, start=start, end=start + len(sentence), verdict=verdict, reasons=reasons, citations=numbers)
        )

    def _highlights(self, citations: Sequence[Citation]) -> list[Highlight]:
        """The short answers found before, where they lie in what is cited now."""
        path = {one.n: one.path for one in self._answer.citations}
        return [
            mark.model_copy(update={"citation": citation.n})
            for mark in self._answer.highlights
            for citation in citations
            if citation.path == path[mark.citation] and citation.start <= mark.start and mark.end <= citation.end
        ]


def _invented(numbers: Sequence[int], shown: Sequence[Source]) -> list[int]:
    return [number for number in numbers if not 1 <= number <= len(shown)]


def _marker(number: int) -> str:
    return print_markers([number])


def _support(claim: str, source: Source) -> Citation:
    """The sentence of a passage that supports a claim best, or two neighbours where only both together do."""
    runs = _runs(source.sentences)
    single = [(row.start, row.end) for run in runs for row in run]
    pairs = [(one.start, two.end) for run in runs for one, two in pairwise(run)]
    wanted = {word.stem for word in words(claim) if not word.stop}
    text = source.document.text

    def rank(span: tuple[int, int]) -> tuple[bool, int]:
        quote = text[slice(*span)]
        return check_grounding(claim, [quote]).label == "supported", len(wanted & {word.stem for word in words(quote)})

    best = max(single, key=rank)
    if not rank(best)[0] and pairs and rank(pair := max(pairs, key=rank))[0]:
        best = pair
    return cite(1, source.document, source.passage.number, *best)


def _runs(rows: Sequence[SentenceRow]) -> list[list[SentenceRow]]:
    """Sentences that follow each other with no boilerplate between."""
    runs: list[list[SentenceRow]] = []
    for row in rows:
        if runs and runs[-1][-1].position + 1 == row.position:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs
