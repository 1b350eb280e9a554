"""Operators that leave the sentence true and break what it cites. Each yields every broken answer it can make."""

import re
from collections.abc import Iterator

from eval.mutate.world import World, pick, saying
from rag.citations import cite
from rag.schema import Answer, Citation, Span


def cites_next_sentence(answer: Answer, world: World) -> Iterator[Answer]:
    """Cites the sentence beside the right one: the next, or the one before at the end of a document."""
    citation = answer.citations[0]
    spans = world.sentences[citation.path]
    at = next(i for i, span in enumerate(spans) if span.start == citation.start)
    yield _cites(answer, _citation(world, citation.path, spans[at + 1] if at + 1 < len(spans) else spans[at - 1]))


def cites_other_document(answer: Answer, world: World) -> Iterator[Answer]:
    """Cites an existing sentence of another document, exactly."""
    path = _other_path(answer, world)
    yield _cites(answer, _citation(world, path, pick(world.sentences[path], answer.text)))


def names_other_document(answer: Answer, world: World) -> Iterator[Answer]:
    """Keeps offsets and quote and names another document, with its right hash."""
    path = _other_path(answer, world)
    yield _edited(answer, path=path, sha256=world.documents[path].sha256)


def hash_edited(answer: Answer, world: World) -> Iterator[Answer]:
    """One digit of the hash is another."""
    digest = answer.citations[0].sha256
    yield _edited(answer, sha256=("1" if digest[0] == "0" else "0") + digest[1:])


def offsets_shifted(answer: Answer, world: World) -> Iterator[Answer]:
    """Both offsets are one too high; one too low."""
    start, end = answer.citations[0].start, answer.citations[0].end
    yield _edited(answer, start=start + 1, end=end + 1)
    yield _edited(answer, start=start - 1, end=end - 1)


def citation_dropped(answer: Answer, world: World) -> Iterator[Answer]:
    """The sentence cites nothing."""
    yield saying(answer.sentences[0].text, ())


def source_invented(answer: Answer, world: World) -> Iterator[Answer]:
    """Cites a number that no citation has; names a file that the corpus does not have."""
    yield saying(answer.sentences[0].text, answer.citations, (7,))
    yield _edited(answer, path="annual-report.txt")


def quote_edited(answer: Answer, world: World) -> Iterator[Answer]:
    """One character of the citation's quote is another."""
    quote = answer.citations[0].quote
    at = len(quote) // 2
    yield _edited(answer, quote=quote[:at] + ("x" if quote[at] != "x" else "y") + quote[at + 1 :])


def quoted_words_edited(answer: Answer, world: World) -> Iterator[Answer]:
    """The sentence quotes seven words of the source, one letter of them changed."""
    parts = answer.citations[0].quote.split(" ")
    plain = re.search(r"(?:[\w’-]+ ){6}[\w’-]+", answer.citations[0].quote)
    if plain and len(parts) > 7:
        words = plain[0].split()
        longest = max(words, key=len)
        edited = plain[0].replace(longest, longest[:-1] + ("e" if longest[-1] != "e" else "a"), 1)
        yield saying(f"The article says “{edited}”.", answer.citations)


def fragments_joined(answer: Answer, world: World) -> Iterator[Answer]:
    """Two fragments that the source has, joined into one quotation that nobody wrote."""
    fragments = re.findall(r"(?:[\w’-]+ ){3}[\w’-]+", answer.citations[0].quote)
    if len(fragments) >= 3:
        yield saying(f"The article says “{fragments[0]} {fragments[-1]}”.", answer.citations)


def _other_path(answer: Answer, world: World) -> str:
    return pick([path for path in sorted(world.documents) if path != answer.citations[0].path], answer.text)


def _citation(world: World, path: str, span: Span) -> Citation:
    return cite(1, world.documents[path], 1, span.start, span.end)


def _cites(answer: Answer, citation: Citation) -> Answer:
    return saying(answer.sentences[0].text, (citation,))


def _edited(answer: Answer, **changes: object) -> Answer:
    return saying(answer.sentences[0].text, (answer.citations[0].model_copy(update=changes),))
