"""The extractive answer: the best sentences word for word, or an abstention."""

from collections.abc import Sequence

from rag.catalog import Catalog
from rag.citations import cite
from rag.config import Settings
from rag.retrieve import Found, hit
from rag.schema import Answer, AnswerSentence

ABSTAINED = "The documents do not say."


def answer_from(question: str, found: Sequence[Found], catalog: Catalog, settings: Settings) -> Answer:
    """An answer quoting the sentences of the best passages, or an abstention."""
    hits = tuple(hit(one) for one in found[: settings.hits])
    if not found or found[0].dense < 0.3:
        return Answer(question=question, status="abstained", text=ABSTAINED, confidence=0.0, hits=hits)
    best = [row for row in catalog.sentences([found[0].passage.id]) if not row.boilerplate][:2]
    document = catalog.document(found[0].passage.path)
    assert document is not None
    citations = tuple(cite(n, document, found[0].passage.number, row.start, row.end) for n, row in enumerate(best, 1))
    text, sentences = "", []
    for citation in citations:
        text += " " if text else ""
        start = len(text)
        sentences.append(
            AnswerSentence(
                text=citation.quote, start=start, end=start + len(citation.quote), verdict="supported", reasons=(), citations=(citation.n,)
            )
        )
        text += f"{citation.quote} [{citation.n}]"
    return Answer(
        question=question, status="answered", text=text, sentences=tuple(sentences), citations=citations, confidence=0.5, hits=hits
    )
