"""An answer put together sentence by sentence: each tied to exact characters of the documents, numbered, and judged."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rag.citations import cite, print_markers
from rag.grounding import check_grounding
from rag.language.words import words
from rag.schema import Answer, AnswerSentence, Citation, Grounding, Highlight, Verdict
from rag.writing.claims import Claim
from rag.writing.fit import Source, runs

Span = tuple[int, int]

# Sentences of a passage, and pairs of them, that are compared in full with what cites it.
MOST_LOOKED_AT = 6
# Share of a claim's words that its passage must have for a better sentence to be looked for.
LEAST_SHARED = 1 / 3

STANDS_IN = "“{}” stands in [{}]"
NO_SOURCE = "it names no source"
NO_SUCH_SOURCE = "it names source {number}, which does not exist"
CUT_OFF = "it was cut off before its end"
ATTRIBUTED = "attributed by Groundline, not by the model, which named no source"
# Passages that are looked at for a sentence that names none: each further one is a further chance to be taken for support wrongly.
MOST_TRIED = 3
# Words with meaning that such a sentence must have, and the share of them that a passage must have: "They were brave." fits many texts.
LEAST_WORDS, LEAST_ALIKE = 3, 2 / 3


class Part(NamedTuple):
    """A sentence of an answer, the white space before it, and what it cites. A correction was not written by the model."""

    gap: str
    sentence: AnswerSentence
    citations: tuple[Citation, ...]
    correction: bool = False


class Composer:
    """Puts an answer together from what a model writes about the sources that it was shown, numbering citations as they come."""

    def __init__(self, answer: Answer, shown: Sequence[Source]) -> None:
        self._answer = answer
        self._shown = shown
        self._text = ""
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._unknown: dict[str, None] = {}
        self.parts: list[Part] = []

    @property
    def unknown(self) -> tuple[str, ...]:
        """The markers that name no source, in the order written."""
        return tuple(self._unknown)

    def correct(self) -> list[Part]:
        """The corrections of the question, which stand before all that is written."""
        quotes = {one.n: one for one in self._answer.citations}
        for part, correction in zip(self._answer.sentences, self._answer.corrections, strict=False):
            citation = self._numbered(quotes[correction.citation])
            reason = STANDS_IN.format(correction.found, citation.n)
            self._add(" " if self._text else "", part.text, part.verdict, (reason,), (citation,), correction=True)
        return self.parts[:]

    def add(self, claim: Claim, cut: bool = False) -> Part:
        """The next written sentence; one that was `cut` off is not judged."""
        invented = self.invented(claim)
        self._unknown.update(dict.fromkeys(print_markers([number]) for number in invented))
        known = [number for number in claim.numbers if number not in invented]
        found = [_support(claim.text, self._shown[number - 1]) for number in known]
        attributed = None if claim.numbers or cut else self._attributed(claim.text)
        citations = tuple(self._numbered(one) for one in ([attributed] if attributed else found))
        grounding = _check(claim.text, tuple(citation.quote for citation in citations))
        verdict: Verdict = grounding.label
        reasons = grounding.reasons
        if cut:
            verdict, reasons = "not_judged", (CUT_OFF,)
        elif not citations and verdict != "not_judged":
            verdict, reasons = "uncited", () if invented else (NO_SOURCE,)
        elif attributed:
            reasons = (*reasons, ATTRIBUTED)
        reasons = (*reasons, *(NO_SUCH_SOURCE.format(number=number) for number in invented))
        return self._add(self._gap(claim.gap), claim.text, verdict, reasons, citations)

    def _attributed(self, claim: str) -> Citation | None:
        """What supports a sentence that names no source, among the passages that share most words with it; None where nothing does."""
        wanted = _stems(claim)
        if len(wanted) < LEAST_WORDS:
            return None
        shared = [len(wanted & _stems(source.text)) for source in self._shown]
        alike = [index for index, count in enumerate(shared) if count >= LEAST_ALIKE * len(wanted)]
        for index in sorted(alike, key=lambda index: -shared[index])[:MOST_TRIED]:
            citation = _support(claim, self._shown[index])
            if _check(claim, (citation.quote,)).label == "supported":
                return citation
        return None

    def invented(self, claim: Claim) -> list[int]:
        """The numbers of a sentence that no source has."""
        return [number for number in claim.numbers if not 1 <= number <= len(self._shown)]

    def composed(self, parts: Sequence[Part]) -> Answer:
        """The answer of these parts, which are `parts` or some of them; citations are numbered anew."""
        text, sentences = "", []
        renumbered: dict[int, Citation] = {}
        for part in parts:
            for citation in part.citations:
                renumbered.setdefault(citation.n, citation.model_copy(update={"n": len(renumbered) + 1}))
            numbers = tuple(dict.fromkeys(renumbered[citation.n].n for citation in part.citations))
            text += part.gap if text else ""
            place = {"start": len(text), "end": len(text) + len(part.sentence.text), "citations": numbers}
            reasons = _renamed(part, renumbered) if part.correction else part.sentence.reasons
            sentences.append(part.sentence.model_copy(update={**place, "reasons": reasons}))
            text += _printed(part.sentence.text, numbers)
        citations = tuple(renumbered.values())
        corrected = [part for part in parts if part.correction]
        corrections = [
            correction.model_copy(update={"citation": renumbered[part.citations[0].n].n})
            for correction, part in zip(self._answer.corrections, corrected, strict=True)
        ]
        update = {
            "text": text,
            "sentences": tuple(sentences),
            "citations": citations,
            "corrections": tuple(corrections),
            "highlights": tuple(self._highlights(citations)),
            "unknown_markers": self.unknown,
        }
        return self._answer.model_copy(update=update)

    def _gap(self, gap: str) -> str:
        """The white space before a sentence as it stands in the answer."""
        if not self.parts:
            return ""
        before = self.parts[-1]
        return gap or (" " if before.citations or before.correction else "")

    def _numbered(self, citation: Citation) -> Citation:
        """The citation with its number in this answer: the same for the same characters."""
        key = (citation.path, citation.start, citation.end)
        return citation.model_copy(update={"n": self._numbers.setdefault(key, len(self._numbers) + 1)})

    def _add(
        self, gap: str, text: str, verdict: Verdict, reasons: tuple[str, ...], citations: tuple[Citation, ...], correction: bool = False
    ) -> Part:
        numbers = tuple(dict.fromkeys(citation.n for citation in citations))
        start = len(self._text) + len(gap)
        sentence = AnswerSentence(text=text, start=start, end=start + len(text), verdict=verdict, reasons=reasons, citations=numbers)
        self._text += gap + _printed(text, numbers)
        self.parts.append(Part(gap, sentence, tuple({one.n: one for one in citations}.values()), correction))
        return self.parts[-1]

    def _highlights(self, citations: Sequence[Citation]) -> list[Highlight]:
        """The short answers found before, where they lie in what is cited now."""
        path = {one.n: one.path for one in self._answer.citations}
        return [
            mark.model_copy(update={"citation": citation.n})
            for mark in self._answer.highlights
            for citation in citations
            if citation.path == path[mark.citation] and citation.start <= mark.start and mark.end <= citation.end
        ]


def _printed(text: str, numbers: Sequence[int]) -> str:
    return f"{text} {print_markers(numbers)}" if numbers else text


def _renamed(part: Part, renumbered: dict[int, Citation]) -> tuple[str, ...]:
    """The reason of a correction with the number that its citation has now."""
    before = part.citations[0].n
    return tuple(reason.replace(print_markers([before]), print_markers([renumbered[before].n])) for reason in part.sentence.reasons)


def _support(claim: str, source: Source) -> Citation:
    """The sentence of a passage that supports a claim best, or two neighbours where only both together do."""
    joined = runs(source.sentences)
    single = [(row.start, row.end) for run in joined for row in run]
    pairs = [(one.start, two.end) for run in joined for one, two in pairwise(run)]
    text = source.document.text
    wanted = _stems(claim)
    shared = {span: len(wanted & _stems(text[slice(*span)])) for span in (*single, *pairs)}
    single.sort(key=lambda span: -shared[span])
    pairs.sort(key=lambda span: -shared[span])

    def supported(span: Span) -> bool:
        return _check(claim, (text[slice(*span)],)).label == "supported"

    def elsewhere() -> bool:
        """Whether it is worth looking at other sentences: the whole passage shares enough words, and supports the claim."""
        alike = len(wanted & _stems(source.text)) >= LEAST_SHARED * len(wanted)
        return len(single) > 1 and alike and _check(claim, (source.text,)).label == "supported"

    best = single[0]
    if not supported(best) and elsewhere():
        looked_at = (*single[1:MOST_LOOKED_AT], *pairs[:MOST_LOOKED_AT])
        best = next((span for span in looked_at if supported(span)), best)
    return cite(1, source.document, source.passage.number, *best)


def _stems(text: str) -> set[str]:
    return {word.stem for word in words(text) if not word.stop}


@lru_cache(maxsize=64)
def _check(claim: str, quotes: tuple[str, ...]) -> Grounding:
    """`check_grounding`, which sees most claims twice: when a quote is looked for, and when it was found."""
    return check_grounding(claim, quotes)
