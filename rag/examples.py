"""Example questions drawn from the corpus: made from its own sentences, and offered only when they are answered with them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rag.catalog import Catalog, SentenceRow
from rag.language.rewording import Kind, rewordings
from rag.schema import Answer
from rag.store import spread

# What window start may cost: documents looked at for each question wanted, passages read of each, and questions asked.
DOCUMENTS = 3
PASSAGES = 40
TRIES_PER_DOCUMENT = 6
TRIES = 40

PER_DOCUMENT = 2

_LENGTHS = range(40, 400)


class Candidate(NamedTuple):
    """A question and the characters of the document that should be its answer's first quote."""

    question: str
    kind: Kind
    path: str
    sha256: str
    start: int
    end: int


def candidates(catalog: Catalog, n: int) -> list[list[Candidate]]:
    """For each of some documents, spread over the corpus, its questions in the order to try them."""
    sources = {row.path: row.sha256 for row in catalog.documents()}
    return [_of(catalog, path, sources[path]) for path in spread(list(sources), n * DOCUMENTS)]


def choose(documents: Sequence[Sequence[Candidate]], n: int, ask: Callable[[str], Answer], tries: int = TRIES) -> tuple[str, ...]:
    """Up to `n` questions that `ask` answers with the sentence they came from: one from each document in turn, of different kinds.

    `ask` is called at most `tries` times.
    """
    waiting = [list(document[: TRIES_PER_DOCUMENT * PER_DOCUMENT]) for document in documents]
    chosen: list[Candidate] = []
    for _ in range(PER_DOCUMENT):
        for document in waiting:
            for _ in range(TRIES_PER_DOCUMENT):
                if len(chosen) == n or not tries or not document:
                    break
                one = _next(document, chosen)
                tries -= 1
                if one.question not in {other.question for other in chosen} and _answered(one, ask(one.question)):
                    chosen.append(one)
                    break
    return tuple(one.question for one in chosen)


def _next(document: list[Candidate], chosen: Sequence[Candidate]) -> Candidate:
    """Takes out the first candidate of the kind that was chosen least often so far."""
    kinds = [one.kind for one in chosen]
    at = min(range(len(document)), key=lambda index: (document[index].kind == "topic", kinds.count(document[index].kind), index))
    return document.pop(at)


def _answered(one: Candidate, answer: Answer) -> bool:
    """Whether the first quote holds the sentence."""
    if answer.status != "answered" or answer.corrections or not answer.citations:
        return False
    first = answer.citations[0]
    return (first.path, first.sha256) == (one.path, one.sha256) and first.start <= one.start and one.end <= first.end


def _of(catalog: Catalog, path: str, sha256: str) -> list[Candidate]:
    passages = [row.id for row in catalog.passages_of(path)[:PASSAGES]]
    return questions_of(catalog.sentences(passages), path, sha256)


def questions_of(rows: Sequence[SentenceRow], path: str, sha256: str) -> list[Candidate]:
    """The questions that sentences of a document answer by their form."""
    plain = [row for row in rows if _is_plain(row)]
    made = [Candidate(one.question, one.kind, path, sha256, row.start, row.end) for row in plain for one in rewordings(row.text)]
    times: dict[str, int] = {}
    for one in made:
        times[one.question] = times.get(one.question, 0) + 1
    # A question that two sentences give is open: either may answer it.
    return [one for one in made if times[one.question] == 1]


def _is_plain(row: SentenceRow) -> bool:
    text = row.text
    return (
        not row.boilerplate
        and len(text) in _LENGTHS
        and text[-1] in ".”\"'"
        and (text[0].isupper() or text[0] in '“"')
        and not any(character in "<>{}[]|\\^~\t" for character in text)
        and all(character.isprintable() or character in "\r\n" for character in text)
    )
