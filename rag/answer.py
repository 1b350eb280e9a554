"""The extractive answer: the best sentences word for word, a corrected premise, or an abstention."""

import math
from collections.abc import Callable, Sequence
from functools import cache

from rag.asking import Asked
from rag.catalog import Catalog
from rag.citations import cite
from rag.config import Settings
from rag.decision import Decision, decide
from rag.embed import QuestionReading, Reader
from rag.evidence import Evidence, weigh
from rag.grounding import check_grounding
from rag.mentions import Mentions, mentions
from rag.offers import offers
from rag.premise import Premise, wrong_premises
from rag.quotes import Quote, choose, quotes
from rag.retrieve import Found, hit
from rag.schema import Answer, AnswerSentence, Citation, Correction, Highlight
from rag.uncovered import uncovered
from rag.weights import POOL

ABSTAINED = "The documents do not say."
CORRECTED = "The question says “{claimed}”, but the documents say “{found}”."
ORDERED = "This asks to set the documents aside; answers come from the documents only."


def answer_from(
    question: str, asked: Asked, read: QuestionReading, found: Sequence[Found], catalog: Catalog, reader: Reader, settings: Settings
) -> Answer:
    """Answers `question`, prepared as `asked` and read as `read`, from the passages found, or abstains and says why."""
    ids = [one.passage.id for one in found[:POOL]]
    readings, sentences = catalog.readings(ids), catalog.sentences(ids)
    ranked = weigh(read, found[:POOL], readings, sentences)
    look_up = _looking_up(catalog)
    page = max((one.score for one in weigh(read, found[:POOL], readings, sentences, boilerplate=True)), default=-math.inf)
    decision = decide(asked.question, ranked, look_up, asked.unknown, page)
    premises = wrong_premises(asked.question, read, decision.ranked, readings, look_up) if len(asked.parts) == 1 else ()
    reasons = (ORDERED,) if asked.order else () if premises else decision.reasons
    hits = tuple(hit(one) for one in found[: settings.hits])
    left = uncovered(asked.text, read, decision.ranked, readings, look_up)
    if reasons:
        return Answer(
            question=question,
            status="abstained",
            text=ABSTAINED,
            confidence=decision.confidence,
            uncovered=left,
            reasons=reasons,
            hits=hits,
        )
    premises = _citable(premises, settings.max_citations)
    chosen = _chosen(asked, decision, premises, lambda text: weigh(reader.read_question(text), found[:POOL], readings, sentences), settings)
    cited = [(quote, _cite(n, quote, catalog)) for n, quote in enumerate(quotes(chosen, sentences), 1)]
    corrections = tuple(_correction(premise, asked.text, [citation for _, citation in cited]) for premise in premises)
    text, parts = _compose(corrections, [citation for _, citation in cited])
    return Answer(
        question=question,
        status="answered",
        text=text,
        sentences=parts,
        citations=tuple(citation for _, citation in cited),
        corrections=corrections,
        highlights=tuple(mark for _, citation in cited for mark in _highlights(asked, citation)),
        confidence=decision.likeness if premises else decision.confidence,
        uncovered=left,
        hits=hits,
    )


def _looking_up(catalog: Catalog) -> Callable[[str], Mentions]:
    @cache
    def look_up(path: str) -> Mentions:
        document = catalog.document(path)
        return Mentions("") if document is None else mentions(document)

    return look_up


def _citable(premises: Sequence[Premise], most: int) -> tuple[Premise, ...]:
    """The wrong premises that the first `most` sentences contradict: each correction needs its citation."""
    rows = list(dict.fromkeys((one.evidence.sentence.passage_id, one.evidence.sentence.start) for one in premises))[:most]
    return tuple(one for one in premises if (one.evidence.sentence.passage_id, one.evidence.sentence.start) in rows)


def _chosen(
    asked: Asked,
    decision: Decision,
    premises: Sequence[Premise],
    weighed: Callable[[str], list[Evidence]],
    settings: Settings,
) -> list[Evidence]:
    """The sentences to quote, the strongest first: what contradicts the question, then the best of each part of it."""
    picked = [premise.evidence for premise in premises]
    if len(asked.parts) > 1:
        picked += [ranked[0] for part in asked.parts if (ranked := weighed(part.text))]
    else:
        picked += choose(decision.ranked)
    return list({(one.sentence.passage_id, one.sentence.start): one for one in picked}.values())[: settings.max_citations]


def _cite(n: int, quote: Quote, catalog: Catalog) -> Citation:
    document = catalog.document(quote.passage.path)
    if document is None:
        raise LookupError(f"{quote.passage.path} left the catalog while a question was being answered")
    return cite(n, document, quote.passage.number, quote.start, quote.end)


def _correction(premise: Premise, question: str, citations: Sequence[Citation]) -> Correction:
    row = premise.evidence.sentence
    start, end = row.start + premise.found_start, row.start + premise.found_end
    path = premise.evidence.found.passage.path
    n = next(citation.n for citation in citations if citation.path == path and citation.start <= start and end <= citation.end)
    claimed, found = question[premise.start : premise.end], row.text[premise.found_start : premise.found_end]
    return Correction(text=CORRECTED.format(claimed=claimed, found=found), kind=premise.kind, claimed=claimed, found=found, citation=n)


def _compose(corrections: Sequence[Correction], citations: Sequence[Citation]) -> tuple[str, tuple[AnswerSentence, ...]]:
    """The answer's text with markers, and its sentences with their places and verdicts."""
    said: list[tuple[str, int, tuple[str, ...]]] = [
        (one.text, one.citation, (f"“{one.found}” stands in [{one.citation}]",)) for one in corrections
    ]
    said += [(one.quote, one.n, ()) for one in citations]
    text, parts = "", []
    for sentence, n, reasons in said:
        start = len(text) + bool(text)
        text += f"{' ' if text else ''}{sentence} [{n}]"
        grounding = check_grounding(sentence, [citations[n - 1].quote])
        verdict = "supported" if reasons else grounding.label
        parts.append(
            AnswerSentence(
                text=sentence, start=start, end=start + len(sentence), verdict=verdict, reasons=reasons or grounding.reasons, citations=(n,)
            )
        )
    return text, tuple(parts)


def _highlights(asked: Asked, citation: Citation) -> tuple[Highlight, ...]:
    """For each part of the question the first short answer that a quote offers to it."""
    found: dict[tuple[int, int], Highlight] = {}
    for part in asked.parts:
        if part.kind in ("quotation", "reason", "yes_no", "other"):
            continue
        for offer in offers(part, citation.quote)[:1]:
            start, end = citation.start + offer.start, citation.start + offer.end
            text = citation.quote[offer.start : offer.end]
            found.setdefault((start, end), Highlight(citation=citation.n, kind=part.kind, start=start, end=end, text=text))
    return tuple(found.values())
