"""Overviews of several documents without a model: what each says, quoted word for word, document by document."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from rag.answer import ABSTAINED
from rag.asking import Asked
from rag.catalog import Catalog, SentenceRow
from rag.citations import cite, markers
from rag.config import Settings
from rag.embed import Embedder
from rag.evidence import Evidence, weigh
from rag.grounding import check_grounding
from rag.index import Index
from rag.language.names import Name, same_name
from rag.language.names import names as names_in
from rag.language.words import stem, words
from rag.mentions import mentions, names_of
from rag.overview_items import listed
from rag.overview_question import Wish, overview_wish
from rag.quotes import Quote, quotes
from rag.retrieve import Found, hit, retrieve, similarity
from rag.schema import Answer, AnswerSentence, Citation, Document, Highlight

# Documents that an overview quotes, and sentences from each.
MOST_DOCUMENTS, MOST_SENTENCES = 8, 3
# Passages looked at for one topic; without one, the first documents of the corpus and the first passages of each.
CANDIDATES, LOOKED, OPENING = 100, 40, 60
# How close (cosine) a sentence's word pieces come to those of a topic that it speaks of: to the farthest, and on average; in a list,
# how far (in units of the ranking score) a sentence may stand behind the best.
CLOSE = MappingProxyType({"weakest": 0.58, "only": 0.66, "alignment": 0.66, "named": 0.6, "list": 0.45, "behind": 3.5})
# Sentences of a summary: not shorter than this many words, and not more alike than this cosine.
LEAST_WORDS, ALIKE = 6, 0.8
# A first line of at most this many characters and words that ends without a stop is a headline.
HEADLINE_CHARS, HEADLINE_WORDS = 120, 18
MARKDOWN_HEADING = re.compile("^#{1,6} ")
# Paths that are named of the documents left out.
NAMED = 5

MORE = "{count} more {documents} something to say: {paths}."
NOTHING = "No document says anything about {topic}."
NO_KIND = "No sentence found gives {noun} for this."
FIRST_ONES = "Only the first {looked} of {all} documents were looked through."
# Share of right quotes on development questions (python -m bench.overviews).
CONFIDENCE = 0.84


class Overview(NamedTuple):
    """The grouped answer, and the passages that it was made from, best first."""

    answer: Answer
    found: list[Found]


class _Part(NamedTuple):
    """What one document has: its quotes in the order of its text."""

    document: Document
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class _Source:
    """What an overview reads."""

    index: Index
    embedder: Embedder
    settings: Settings
    paths: Sequence[str] | None

    @property
    def catalog(self) -> Catalog:
        return self.index.catalog


class _Gathered(NamedTuple):
    """What was found: the documents' parts in the order to show them, paths of further documents, passages, names that nothing mentions."""

    parts: tuple[_Part, ...]
    more: tuple[str, ...]
    found: tuple[Found, ...]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def overview(text: str, asked: Asked, index: Index, embedder: Embedder, settings: Settings, paths: Sequence[str] | None) -> Overview | None:
    """The answer to a question for an overview, grouped by document, or None for any other question.

    Abstains when no document says anything about its topic. `max_citations` does not bind it.
    """
    wish = None if asked.order else overview_wish(asked.text)
    if wish is None:
        return None
    source = _Source(index, embedder, settings, paths)
    gathered = _about(wish, names_of(asked.text), source) if wish.topics else _whole(wish, source)
    hits = tuple(hit(one) for one in gathered.found[: settings.hits])
    if gathered.parts:
        return Overview(_composed(text, wish, gathered).model_copy(update={"hits": hits}), list(gathered.found))
    reason = NO_KIND.format(noun=wish.noun) if wish.form == "list" else NOTHING.format(topic=" or ".join(wish.topics) or "it")
    if gathered.missing:
        reason = f"The documents found do not mention {', '.join(gathered.missing)}."
    abstained = Answer(question=text, status="abstained", text=ABSTAINED, confidence=0.0, uncovered=gathered.missing, reasons=(reason,))
    return Overview(abstained.model_copy(update={"hits": hits}), list(gathered.found))


def _about(wish: Wish, names: Sequence[Name], source: _Source) -> _Gathered:
    """The documents that say something about the topics, those with the best sentence first."""
    chosen: dict[str, list[Evidence]] = {}
    rows: list[SentenceRow] = []
    found: list[Found] = []
    missing: list[str] = []
    for topic in wish.topics:
        stated = [name for name in names if name.text in topic]
        near, sentences, absent, speaking = _speaking(wish, topic, stated, source)
        found += near
        rows += sentences
        missing += absent
        for path, evidence in speaking.items():
            chosen.setdefault(path, []).extend(evidence)
    ranked = sorted(chosen, key=lambda path: (-max(one.score for one in chosen[path]), path))
    limit = min(MOST_DOCUMENTS, wish.most or MOST_DOCUMENTS)
    parts = [_part(path, chosen[path], rows, source.catalog) for path in ranked[:limit]]
    return _Gathered(tuple(parts), tuple(ranked[limit:]), tuple(_once(found)), tuple(missing))


def _speaking(
    wish: Wish, topic: str, stated: Sequence[Name], source: _Source
) -> tuple[list[Found], list[SentenceRow], list[str], dict[str, list[Evidence]]]:
    """For one topic: passages, their sentences, names that no document mentions, and each document's sentences to quote."""
    settings = source.settings.model_copy(update={"dense_candidates": CANDIDATES, "lexical_candidates": CANDIDATES})
    about = f"{wish.noun} {topic}" if wish.form == "list" and wish.kind == "other" else topic
    read = source.embedder.reader.read_question(about)
    same = source.embedder.fingerprint == source.embedder.reader.fingerprint
    vector = read.reading.vector if same else source.embedder.embed_query(about)
    looked_up = [word.stem for word in words(topic) if not word.stop]
    found = retrieve(source.index, vector, looked_up, settings, source.paths)
    missing = [name.text for name in stated if not _mentioned(name, found, source.catalog)]
    if missing or not looked_up:
        return found, [], missing, {}
    ids = [one.passage.id for one in found]
    rows = source.catalog.sentences(ids)
    ranked = weigh(read, found, source.catalog.readings(ids), rows)
    reach = ranked[0].score - CLOSE["behind"] if ranked else 0.0
    fits = _fitting(wish, topic, stated, reach)
    by_path: dict[str, list[Evidence]] = {}
    for one in ranked:
        by_path.setdefault(one.found.passage.path, []).append(one)
    picked = {path: _picked(wish, topic, (one for one in evidence if fits(one))) for path, evidence in by_path.items()}
    return found, rows, [], {path: evidence for path, evidence in picked.items() if evidence}


def _mentioned(name: Name, found: Sequence[Found], catalog: Catalog) -> bool:
    """Whether a passage has all words of a name or, among the first documents, one has a name that can mean the same."""
    wanted = {stem(token) for token in name.tokens}
    if any(wanted <= {word.stem for word in words(one.passage.text)} for one in found):
        return True
    documents = map(catalog.document, list(dict.fromkeys(one.passage.path for one in found))[:LOOKED])
    return any(document is not None and mentions(document).has(name) for document in documents)


def _fitting(wish: Wish, topic: str, stated: Sequence[Name], reach: float) -> Callable[[Evidence], bool]:
    """Whether a sentence speaks of the topic; in a list, whether it also offers what is listed."""
    inside = {stem(token) for name in stated for token in name.tokens}
    rest = {word.stem for word in words(topic) if not word.stop} - inside

    def speaks(one: Evidence) -> bool:
        text = one.sentence.text
        has = {word.stem for word in words(text)}
        if _is_title(one.sentence):
            return False
        if wish.form == "list" and wish.kind != "other":
            near = one.score >= reach and one.alignment >= CLOSE["list"]
            return near and all(_has(name, one.found.passage.text) for name in stated) and bool(listed(wish, topic, text))
        if stated and not rest:
            return all(_has(name, text) for name in stated)
        if stated:
            whole = all(_has(name, text) for name in stated) and one.alignment >= CLOSE["named"]
            return whole or (rest <= has and all(_has(name, one.found.passage.text) for name in stated))
        weakest = CLOSE["weakest"] if len(rest) > 1 else CLOSE["only"]
        return rest <= has or one.weakest >= weakest or (len(rest) > 1 and one.alignment >= CLOSE["alignment"])

    return speaks


def _has(name: Name, text: str) -> bool:
    has = {word.stem for word in words(text)}
    return all(stem(token) in has for token in name.tokens) or any(same_name(name, other) for other in names_in(text))


def _is_title(row: SentenceRow) -> bool:
    """Whether a sentence is only a heading: a few words with no stop."""
    return len(words(row.text)) < LEAST_WORDS and row.text[-1:] not in '.!?…”"'


def _picked(wish: Wish, topic: str, fitting: Iterator[Evidence]) -> list[Evidence]:
    """A document's best sentences; in a list only those that add something."""
    if wish.form != "list" or wish.kind == "other":
        return list(islice(fitting, 1 if wish.form == "documents" else MOST_SENTENCES))
    chosen: list[Evidence] = []
    said: set[str] = set()
    for one in fitting:
        here = {one.sentence.text[offer.start : offer.end].lower() for offer in listed(wish, topic, one.sentence.text)}
        if here - said:
            chosen.append(one)
            said |= here
        if len(chosen) == MOST_SENTENCES:
            break
    return chosen


def _part(path: str, chosen: Sequence[Evidence], rows: Sequence[SentenceRow], catalog: Catalog) -> _Part:
    document = catalog.document(path)
    if document is None:
        raise LookupError(f"{path} left the catalog while a question was being answered")
    best = sorted(chosen, key=lambda one: -one.score)
    spans = sorted(quotes(best, rows), key=lambda quote: quote.start)
    return _Part(document, tuple(spans))


def _once(found: Sequence[Found]) -> list[Found]:
    return list({one.passage.id: one for one in found}.values())


def _whole(wish: Wish, source: _Source) -> _Gathered:
    """The documents as they are, in order of path: the opening and the most central sentences of each, or what a list is of."""
    rows = [row.path for row in source.catalog.documents() if source.paths is None or row.path in source.paths]
    limit = min(MOST_DOCUMENTS, wish.most or MOST_DOCUMENTS)
    parts: list[_Part] = []
    more: list[str] = []
    for path in rows[:LOOKED]:
        if wish.form != "list" and len(parts) == limit:
            more.append(path)
        elif part := _opening(wish, path, source):
            parts.append(part)
    more = [part.document.path for part in parts[limit:]] + more + (rows[LOOKED:] if wish.form != "list" else [])
    unseen = wish.form == "list" and len(rows) > LOOKED
    notes = (FIRST_ONES.format(looked=LOOKED, all=len(rows)),) if unseen else ()
    shown = tuple(parts[:limit])
    found = [Found(quote.passage, 0.0, 0.0, 0.0) for part in shown for quote in part.quotes]
    return _Gathered(shown, tuple(more), tuple(_once(found)), (), notes)


def _opening(wish: Wish, path: str, source: _Source) -> _Part | None:
    """What a document gives to an overview without a topic; None when it has nothing."""
    document = source.catalog.document(path)
    passages = {row.id: row for row in source.catalog.passages_of(path)[:OPENING]}
    rows = [row for row in source.catalog.sentences(list(passages)) if not row.boilerplate]
    if document is None or not rows:
        return None
    chosen = _listed(wish, rows) if wish.form == "list" else _central(rows)
    spans = [Quote(passages[row.passage_id], row.start, row.end) for row in sorted(chosen, key=lambda row: row.start)]
    return _Part(document, tuple(spans)) if spans else None


def _listed(wish: Wish, rows: Sequence[SentenceRow]) -> list[SentenceRow]:
    """The sentences that offer the most that those before them do not; ties in order of the text."""
    offered = {
        row.start: {row.text[one.start : one.end].lower() for one in listed(wish, "", row.text)} for row in rows if not _is_title(row)
    }
    chosen: list[SentenceRow] = []
    said: set[str] = set()
    while len(chosen) < MOST_SENTENCES:
        best = max((row for row in rows if row.start in offered), key=lambda row: len(offered[row.start] - said), default=None)
        if best is None or not offered[best.start] - said:
            break
        chosen.append(best)
        said |= offered.pop(best.start)
    return chosen


def _central(rows: Sequence[SentenceRow]) -> list[SentenceRow]:
    """A document's first sentence, and those nearest to the mean of all that are not much alike."""
    long = [row for row in rows if len(words(row.text)) >= LEAST_WORDS] or list(rows)
    mean = np.mean(np.stack([row.vector for row in long]).astype(np.float64), axis=0).astype(np.float32)
    chosen = long[:1]
    for row in sorted(long[1:], key=lambda row: (-similarity(row.vector, mean), row.start)):
        if len(chosen) == MOST_SENTENCES:
            break
        if all(similarity(row.vector, other.vector) < ALIKE for other in chosen):
            chosen.append(row)
    return chosen


def _composed(question: str, wish: Wish, gathered: _Gathered) -> Answer:
    """The answer: a line for each document, its quotes with markers, and at the end what was left out."""
    text, sentences, citations = "", list[AnswerSentence](), list[Citation]()
    for part in gathered.parts:
        text += f"{_break(text)}{_heading(part.document)}\n"
        for index, quote in enumerate(part.quotes):
            citation = cite(len(citations) + 1, part.document, quote.passage.number, quote.start, quote.end)
            grounding = check_grounding(citation.quote, [citation.quote])
            start = len(text) + bool(index)
            text += f"{' ' if index else ''}{citation.quote} [{citation.n}]"
            said = AnswerSentence(
                text=citation.quote,
                start=start,
                end=start + len(citation.quote),
                verdict=grounding.label,
                reasons=grounding.reasons,
                citations=(citation.n,),
            )
            sentences.append(said)
            citations.append(citation)
    if gathered.more:
        text += f"{_break(text)}{_left_out(gathered.more)}"
    return Answer(
        question=question,
        status="answered",
        text=text,
        sentences=tuple(sentences),
        citations=tuple(citations),
        highlights=tuple(mark for citation in citations for mark in _highlights(wish, citation)),
        confidence=CONFIDENCE,
        uncovered=gathered.missing,
        notes=gathered.notes,
    )


def _break(text: str) -> str:
    return "\n\n" if text else ""


def _heading(document: Document) -> str:
    title = _headline(document.text)
    return f"From {_unmarked(document.path)} ({title}):" if title else f"From {_unmarked(document.path)}:"


def _headline(text: str) -> str:
    """A first line that looks like a headline: short, with no stop at its end, and with text below it."""
    first, _, rest = text.lstrip().partition("\n")
    line = MARKDOWN_HEADING.sub("", " ".join(first.split()))
    fits = 0 < len(line) <= HEADLINE_CHARS and len(line.split()) <= HEADLINE_WORDS and line[-1].isalnum()
    return line if fits and rest.strip() and not markers(line) else ""


def _unmarked(path: str) -> str:
    """A path on one line; brackets that would read as a source number become round ones."""
    line = " ".join(path.split())
    return line.replace("[", "(").replace("]", ")") if markers(line) else line


def _left_out(paths: Sequence[str]) -> str:
    named = ", ".join(map(_unmarked, paths[:NAMED])) + (", …" if len(paths) > NAMED else "")
    return MORE.format(count=len(paths), documents="document has" if len(paths) == 1 else "documents have", paths=named)


def _highlights(wish: Wish, citation: Citation) -> Iterator[Highlight]:
    """What a list is of, where a quote says it; each once."""
    if wish.form != "list":
        return
    seen: set[str] = set()
    for offer in listed(wish, " ".join(wish.topics), citation.quote):
        said = citation.quote[offer.start : offer.end]
        if said.lower() not in seen:
            seen.add(said.lower())
            start = citation.start + offer.start
            yield Highlight(citation=citation.n, kind=wish.kind, start=start, end=start + len(said), text=said)
