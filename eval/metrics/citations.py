"""Citations as facts about files: exact (the file has these characters there) and existing (every source named exists).

`citation_exact` is 1 when for every citation the file has the hash, `text[start:end] == quote` and the lines are right; the eval reads
the files itself. `citation_exists` is 1 when every cited path is a file of the corpus and every `[n]` of the text and of its sentences has
a citation. Both apply to every answer that cites or marks something. Source: promises 1 and 2 of the project's design.
"""

from collections.abc import Mapping

from eval.metrics.base import OF_ANSWERS, Metric, Outcome, Score, yes_no
from rag.citations import check, markers
from rag.schema import Answer, Citation, Document


def citation_problem(citation: Citation, documents: Mapping[str, Document]) -> str:
    """What is wrong with a citation when its file is read again; empty when nothing is."""
    found = check(citation, documents.get(citation.path))
    place = f"{citation.path}:{citation.start}-{citation.end}"
    return "" if found.state == "ok" else f"[{citation.n}] {place} is {found.state}: {found.detail}"


def marker_problems(answer: Answer) -> tuple[str, ...]:
    """The markers of an answer that no citation goes with; those inside quotes are the file's own words."""
    known = {citation.n for citation in answer.citations}
    quoted = {n for citation in answer.citations for marker in markers(citation.quote) for n in marker.numbers}
    in_text = {n for marker in markers(answer.text) for n in marker.numbers} - quoted
    in_sentences = {n for sentence in answer.sentences for n in sentence.citations}
    invented = [f"[{n}] has no citation" for n in sorted((in_text | in_sentences) - known)]
    return (*invented, *(f"{marker} was made up by the language model" for marker in answer.unknown_markers))


def exact(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether every citation of an answer is exact."""
    if outcome.answer is None or not outcome.answer.citations:
        return None
    problems = [problem for citation in outcome.answer.citations if (problem := citation_problem(citation, documents))]
    return yes_no(not problems, "; ".join(problems) or f"all {len(outcome.answer.citations)} citations are exact")


def exists(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """Whether every source that an answer names exists."""
    answer = outcome.answer
    if answer is None or not (answer.citations or answer.unknown_markers or markers(answer.text)):
        return None
    problems = [f"[{c.n}] names {c.path}, which the corpus does not have" for c in answer.citations if c.path not in documents]
    problems += marker_problems(answer)
    return yes_no(not problems, "; ".join(problems) or "every source that is named exists")


EXACT = Metric("citation_exact", "All citations exact, read from the files again", exact, needs=OF_ANSWERS)
EXISTS = Metric("citation_exists", "All named sources exist", exists, needs=OF_ANSWERS)
