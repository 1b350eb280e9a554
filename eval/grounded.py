"""What is wrong with an answer, judged from the files alone: for users' own tests, and for the mutation gate."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from eval.corpus import read_documents
from eval.judge import cited_texts, invented_quotes, judge_sentence
from eval.metrics.citations import citation_problem, marker_problems
from rag.citations import markers
from rag.schema import Answer, AnswerSentence, Document, Frozen

Kind = Literal["citation", "source", "quote", "uncited", "unsupported", "not_judged", "empty", "text", "highlight"]


class Problem(Frozen):
    """One thing that is wrong, with the sentence and the texts that it cites where there are any."""

    kind: Kind
    detail: str
    sentence: str = ""
    cited: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.kind}: {self.detail}"]
        if self.sentence:
            lines.append(f"  sentence: {self.sentence}")
            lines += [f"  cites:    {text}" for text in self.cited] or ["  cites:    nothing"]
        return "\n".join(lines)


def problems(answer: Answer, documents: Mapping[str, Document]) -> tuple[Problem, ...]:
    """Everything wrong with an answer: spans, quotes, hashes, markers, highlights, and each sentence against what it cites, judged anew."""
    found = [Problem(kind="citation", detail=what) for c in answer.citations if (what := citation_problem(c, documents))]
    found += [Problem(kind="source", detail=what) for what in (*marker_problems(answer), *_misplaced(answer))]
    found += [Problem(kind="highlight", detail=what) for what in _bad_highlights(answer)]
    if answer.status == "answered" and not answer.sentences:
        found.append(Problem(kind="empty", detail="the answer says nothing"))
    for sentence in answer.sentences:
        found += _sentence_problems(answer, sentence)
    return tuple(found)


def assert_grounded(answer: Answer, corpus: Path | str = "seeds") -> None:
    """Raise AssertionError unless every citation is exact in the files of the corpus now and every sentence is supported.

    The files are read again and the sentences judged again; the message shows each sentence that fails, the text that it cites and why.
    An abstention cites nothing and passes.
    """
    found = problems(answer, read_documents(Path(corpus)))
    if found:
        raise AssertionError(f"The answer to {answer.question!r} is not grounded in {corpus}:\n" + "\n".join(map(str, found)))


def _misplaced(answer: Answer) -> list[str]:
    """Markers in the text that differ from what their sentence cites, and corrections that cite nothing."""
    found = []
    ends = [following.start for following in answer.sentences[1:]] + [len(answer.text)]
    for sentence, end in zip(answer.sentences, ends, strict=False):
        marked = {n for marker in markers(answer.text[sentence.end : end]) for n in marker.numbers}
        if marked != set(sentence.citations):
            found.append(f"the text marks {sorted(marked)} after {sentence.text!r}, which cites {list(sentence.citations)}")
    known = {citation.n for citation in answer.citations}
    return found + [
        f"the correction {c.text!r} cites [{c.citation}], which does not exist" for c in answer.corrections if c.citation not in known
    ]


def _bad_highlights(answer: Answer) -> list[str]:
    by_number = {citation.n: citation for citation in answer.citations}
    found = []
    for mark in answer.highlights:
        citation = by_number.get(mark.citation)
        inside = citation is not None and citation.start <= mark.start < mark.end <= citation.end
        if citation is None or not inside or citation.quote[mark.start - citation.start : mark.end - citation.start] != mark.text:
            found.append(f"{mark.text!r} is not at {mark.start}-{mark.end} inside the quote of [{mark.citation}]")
    return found


def _sentence_problems(answer: Answer, sentence: AnswerSentence) -> list[Problem]:
    cited = cited_texts(answer, sentence)

    def problem(kind: Kind, detail: str) -> Problem:
        return Problem(kind=kind, detail=detail, sentence=sentence.text, cited=cited)

    found = []
    if answer.text[sentence.start : sentence.end] != sentence.text:
        found.append(
            problem("text", f"the answer's text says {answer.text[sentence.start : sentence.end]!r} at {sentence.start}-{sentence.end}")
        )
    found += [problem("quote", f"no cited text says {quote!r} word for word") for quote in invented_quotes(answer, sentence, cited)]
    if not cited:
        return [*found, problem("uncited", "the sentence cites nothing")]
    verdict = judge_sentence(answer, sentence, cited)
    why = "; ".join(verdict.reasons)
    if verdict.label == "not_judged":
        found.append(problem("not_judged", f"could not be judged: {why}"))
    elif verdict.label == "unsupported":
        found.append(problem("unsupported", why))
    return found
