"""Questions to ask next: made from the sentences around what an answer cites, and offered only when they are answered with them."""

from collections.abc import Callable, Iterator, Sequence

from rag.catalog import Catalog, PassageRow
from rag.examples import Candidate, choose, questions_of
from rag.schema import Answer

# What one answer's suggestions may cost: passages read, and questions asked to see whether they are answered.
PASSAGES = 10
TRIES = 12


def nearby(catalog: Catalog, answers: Sequence[Answer]) -> list[list[Candidate]]:
    """The questions of each passage around what the last answer cites, then of those it found; open ones ("What is said about …") last.

    Sentences that an answer has quoted already give none, nor is a question offered that was asked.
    """
    asked = {_plain(answer.question) for answer in answers} | {_plain(answer.standalone) for answer in answers}
    quoted = [(one.path, one.start, one.end) for answer in answers for one in answer.citations]
    hashes = {row.path: row.sha256 for row in catalog.documents()}
    found, vague = list[list[Candidate]](), list[list[Candidate]]()
    for passage in _around(catalog, answers[-1]):
        made = questions_of(catalog.sentences([passage.id]), passage.path, hashes[passage.path])
        fresh = [one for one in made if _plain(one.question) not in asked and not _is_quoted(one, quoted)]
        found.append([one for one in fresh if one.kind != "topic"])
        vague.append([one for one in fresh if one.kind == "topic"])
    return found + vague


def suggest(found: Sequence[Sequence[Candidate]], n: int, ask: Callable[[str], Answer]) -> tuple[str, ...]:
    """Up to `n` of the questions that `ask` answers with the sentence they came from."""
    return choose(found, n, ask, TRIES)


def _around(catalog: Catalog, answer: Answer) -> Iterator[PassageRow]:
    """The passages that are cited, with those beside them, then those that were found; each once, at most PASSAGES."""
    places = [(one.path, one.passage + step) for one in answer.citations for step in (0, 1, -1)]
    places += [(hit.path, hit.passage) for hit in answer.hits]
    rows: dict[str, dict[int, PassageRow]] = {}
    for path, number in list(dict.fromkeys(places))[:PASSAGES]:
        if path not in rows:
            rows[path] = {row.number: row for row in catalog.passages_of(path)}
        if number in rows[path]:
            yield rows[path][number]


def _is_quoted(one: Candidate, quoted: Sequence[tuple[str, int, int]]) -> bool:
    return any(path == one.path and start < one.end and one.start < end for path, start, end in quoted)


def _plain(question: str) -> str:
    return " ".join(question.casefold().split()).rstrip("?")
