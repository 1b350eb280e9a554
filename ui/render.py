"""From an answer to HTML, as pure functions. Everything that is shown passes through `ui.markup`."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from rag.citations import markers
from rag.errors import GroundlineError
from rag.schema import Answer, AnswerSentence, Citation, Correction, Highlight, Hit, SourceInfo, Verdict
from ui.markup import Markup, element, join, text

_PREVIEW = 240
_NEAREST = 3


class Sign(NamedTuple):
    """A verdict as people see it: a word, and a shape that does not depend on colour."""

    label: str
    shape: Markup


def _shape(inside: str) -> Markup:
    return Markup(f'<svg viewBox="0 0 16 16" aria-hidden="true">{inside}</svg>')


SIGNS: dict[Verdict, Sign] = {
    "supported": Sign("Supported", _shape('<circle class="solid" cx="8" cy="8" r="7"/><path class="cut" d="M4.6 8.3l2.3 2.3 4.5-5"/>')),
    "unsupported": Sign("Unsupported", _shape('<path class="solid" d="M8 1.2l7.2 13H.8z"/><path class="cut" d="M8 5.8v4.2M8 12v.4"/>')),
    "uncited": Sign("Uncited", _shape('<rect class="line" x="2" y="2" width="12" height="12" rx="1.5"/><path class="line" d="M5 8h6"/>')),
    "not_judged": Sign(
        "Not judged", _shape('<path class="line" d="M8 1.4L14.6 8 8 14.6 1.4 8z"/><path class="line" d="M8 5v3.4M8 10.6v.4"/>')
    ),
}
_ICON_CORRECTION = _shape('<path class="line" d="M2 13.5h12M10.6 2.4l2.6 2.6-6.6 6.6-3.2.6.6-3.2z"/>')
_ICON_ABSTAINED = _shape('<circle class="line" cx="8" cy="8" r="6.4"/><path class="line" d="M3.6 12.4l8.8-8.8"/>')
_ICON_ERROR = _shape('<path class="line" d="M5 1.5h6l3.5 3.5v6L11 14.5H5L1.5 11V5z"/><path class="line" d="M8 4.6v4M8 11v.4"/>')


def turn(answer: Answer) -> Markup:
    """One question with its answer, or with its abstention and the nearest passages."""
    body = _abstained(answer) if answer.status == "abstained" else _answered(answer)
    return element("article", {"class": f"turn {answer.status}"}, element("h2", {"class": "asked", "dir": "auto"}, answer.question), body)


def failed(question: str, error: GroundlineError) -> Markup:
    """One question that could not be worked on: what happened and what to do."""
    heading = element("h2", {"class": "asked", "dir": "auto"}, question) if question.strip() else ""
    return element("article", {"class": "turn failed"}, heading, problem(error))


def problem(error: GroundlineError) -> Markup:
    """An error as its message and its hint."""
    hint = element("p", {"class": "hint"}, error.hint) if error.hint else ""
    return element("div", {"class": "problem", "role": "alert"}, _ICON_ERROR, element("div", {}, element("p", {}, str(error)), hint))


def welcome(examples: Sequence[str]) -> Markup:
    """What stands before the first question: what this is, and questions that the documents themselves suggest."""
    lead = element("p", {"class": "lead"}, "Ask a question. Every sentence of the answer shows the exact characters that support it.")
    if not examples:
        return lead
    chips = [
        element("li", {}, element("button", {"type": "button", "class": "example", "data-act": "example", "dir": "auto"}, e))
        for e in examples
    ]
    return join([lead, element("h2", {"class": "small"}, "Questions from these documents"), element("ul", {"class": "examples"}, *chips)])


def empty(error: GroundlineError) -> Markup:
    """What stands in the window of a corpus with nothing in it: what happened, and what to do."""
    steps = (
        "Put .txt or .md files into the folder (folders inside it count too).",
        "Stop Groundline in its terminal with Ctrl-C and start it again: it indexes what is new.",
    )
    items = [element("li", {}, step) for step in steps]
    return join(
        [element("p", {"class": "lead"}, "There is nothing to ask yet."), problem(error), element("ol", {"class": "steps"}, *items)]
    )


def corpus_line(name: str, sources: Sequence[SourceInfo]) -> Markup:
    """The corpus in one line: its folder and how much it holds."""
    passages = sum(source.passages for source in sources)
    counts = f"{_count(len(sources), 'document')}, {_count(passages, 'passage')}"
    return join([element("bdi", {"class": "folder"}, name), " ", element("span", {"class": "counts"}, counts)])


def documents(sources: Sequence[SourceInfo]) -> Markup:
    """The documents of the corpus, each of which can be opened."""
    rows = [element("li", {}, _document_button(source)) for source in sources]
    return join([element("h2", {"class": "small"}, "Documents"), element("ul", {"class": "documents"}, *rows)])


def _document_button(source: SourceInfo) -> Markup:
    state = "" if source.state == "indexed" else element("span", {"class": "state"}, _STATES[source.state])
    detail = element("span", {"class": "detail"}, f"{_count(source.passages, 'passage')}, {_size(source.size)}")
    target = {"path": source.path, "sha256": source.sha256}
    return element(
        "button",
        {"type": "button", "data-open": json.dumps(target)},
        element("bdi", {"class": "file"}, source.path),
        " ",
        detail,
        " ",
        state,
    )


_STATES = {"changed": "changed since it was indexed", "missing": "no longer in the folder"}


def _answered(answer: Answer) -> Markup:
    corrections = [_correction(answer, correction) for correction in answer.corrections]
    parts = [*corrections, element("div", {"class": "answer", "dir": "auto"}, _sentences(answer)), _unknown(answer), _uncovered(answer)]
    return join([*parts, element("footer", {"class": "below"}, _sources(answer), _confidence(answer.confidence))])


def _sentences(answer: Answer) -> Markup:
    """The answer's sentences with markers that open their source and a sign for each verdict; corrections stand above already."""
    corrected = {correction.text for correction in answer.corrections}
    pieces: list[str] = []
    for index, sentence in enumerate(answer.sentences):
        following = answer.sentences[index + 1].start if index + 1 < len(answer.sentences) else len(answer.text)
        if sentence.text in corrected:
            continue
        marked = _emphasised(answer, sentence)
        between = _markers(answer, answer.text[sentence.end : following])
        pieces += [element("span", {"class": f"sentence {sentence.verdict}"}, marked, between, _sign(sentence)), " "]
    return join(pieces) if pieces or answer.sentences else text(answer.text)


def _markers(answer: Answer, between: str) -> Markup:
    """The markers between two sentences as buttons; a number that names no citation stays plain text."""
    known = {citation.n: citation for citation in answer.citations}
    pieces: list[str] = []
    last = 0
    for found in markers(between):
        pieces.append(between[last : found.start])
        pieces += [marker(known[n], answer.highlights) if n in known else f"[{n}]" for n in found.numbers]
        last = found.end
    return join([*pieces, between[last:].rstrip()])


def marker(citation: Citation, highlights: Sequence[Highlight]) -> Markup:
    """A citation's `[n]`, which opens its document at the quote."""
    label = f"Citation {citation.n}: {citation.path}, {_lines(citation.line_start, citation.line_end)}"
    return element(
        "button",
        {"type": "button", "class": "cite", "data-cite": target(citation, highlights), "aria-label": label, "data-tip": label},
        f"[{citation.n}]",
    )


def target(citation: Citation, highlights: Sequence[Highlight]) -> str:
    """What the source panel needs to show a citation, as JSON."""
    short = [(highlight.start, highlight.end) for highlight in highlights if highlight.citation == citation.n]
    fields = citation.model_dump(include={"n", "path", "sha256", "passage", "start", "end", "quote"})
    return json.dumps({**fields, "short": short})


def _emphasised(answer: Answer, sentence: AnswerSentence) -> Markup:
    """A sentence with the short answer in it emphasised, where the sentence is quoted word for word."""
    spans: list[tuple[int, int]] = []
    for citation in answer.citations:
        at = citation.quote.find(sentence.text) if citation.n in sentence.citations else -1
        for highlight in answer.highlights if at >= 0 else ():
            start = highlight.start - citation.start - at
            if highlight.citation == citation.n and start >= 0 and start + len(highlight.text) <= len(sentence.text):
                spans.append((start, start + len(highlight.text)))
    pieces: list[str] = []
    last = 0
    for start, end in sorted(spans):
        if start >= last:
            pieces += [sentence.text[last:start], element("strong", {"class": "short"}, sentence.text[start:end])]
            last = end
    return join([*pieces, sentence.text[last:]])


def _sign(sentence: AnswerSentence) -> Markup:
    sign = SIGNS[sentence.verdict]
    reason = f"{sign.label}: {'; '.join(sentence.reasons)}" if sentence.reasons else sign.label
    return element(
        "button", {"type": "button", "class": f"verdict {sentence.verdict}", "aria-label": reason, "data-tip": reason}, sign.shape
    )


def _correction(answer: Answer, correction: Correction) -> Markup:
    cited = [marker(citation, answer.highlights) for citation in answer.citations if citation.n == correction.citation]
    body = element("p", {}, element("strong", {}, "A correction first."), " ", element("bdi", {}, correction.text), " ", *cited)
    return element("aside", {"class": "correction", "role": "note", "aria-label": "Correction of the question"}, _ICON_CORRECTION, body)


def _uncovered(answer: Answer) -> Markup:
    if not answer.uncovered:
        return Markup("")
    words: list[str] = []
    for word in answer.uncovered:
        words += [", " if words else "", element("bdi", {"class": "word"}, word)]
    return element("p", {"class": "uncovered"}, "The documents do not mention: ", *words)


def _unknown(answer: Answer) -> Markup:
    if not answer.unknown_markers:
        return Markup("")
    return element("p", {"class": "uncovered"}, f"Sources named in this answer that do not exist: {', '.join(answer.unknown_markers)}")


def _sources(answer: Answer) -> Markup:
    rows = [
        element(
            "li",
            {},
            marker(citation, answer.highlights),
            " ",
            element("bdi", {"class": "file"}, citation.path),
            " ",
            element("span", {"class": "detail"}, _lines(citation.line_start, citation.line_end)),
        )
        for citation in answer.citations
    ]
    return element("ol", {"class": "sources", "aria-label": "Sources of this answer"}, *rows) if rows else Markup("")


def _confidence(confidence: float) -> Markup:
    percent = round(100 * min(1.0, max(0.0, confidence)))
    tip = "How often an answer like this one is right, as measured on questions with known answers"
    bar = Markup(
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="6"/>'
        f'<rect class="full" width="{percent}" height="6"/></svg>'
    )
    return element("p", {"class": "confidence", "title": tip}, f"Confidence {percent} %", bar)


def _abstained(answer: Answer) -> Markup:
    reasons = [element("li", {}, reason) for reason in answer.reasons]
    why = element("ul", {"class": "reasons"}, *reasons) if reasons else ""
    head = element("div", {"class": "none"}, _ICON_ABSTAINED, element("p", {"dir": "auto"}, answer.text))
    parts = [head, why, _uncovered(answer)]
    nearest = [element("li", {}, _nearest(hit)) for hit in answer.hits]
    if nearest:
        heading = element("h3", {"class": "small"}, "Nearest passages, which do not answer it")
        parts += [heading, element("ul", {"class": "nearest"}, *nearest[:_NEAREST])]
    if nearest[_NEAREST:]:
        summary = element("summary", {}, f"{_count(len(nearest) - _NEAREST, 'passage')} further away")
        parts.append(element("details", {}, summary, element("ul", {"class": "nearest"}, *nearest[_NEAREST:])))
    return element("div", {"class": "abstention"}, *parts)


def _nearest(hit: Hit) -> Markup:
    shown = " ".join(hit.text.split())
    preview = shown if len(shown) <= _PREVIEW else shown[:_PREVIEW].rsplit(" ", 1)[0] + " …"
    fields = {"path": hit.path, "sha256": hit.sha256, "passage": hit.passage, "start": hit.start, "end": hit.end, "quote": hit.text}
    head = join([element("bdi", {"class": "file"}, hit.path), " ", element("span", {"class": "detail"}, f"passage {hit.passage}")])
    return element(
        "button",
        {"type": "button", "class": "passage", "data-cite": json.dumps(fields)},
        head,
        element("span", {"class": "preview", "dir": "auto"}, preview),
    )


def _lines(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _size(size: int) -> str:
    value = float(size)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
