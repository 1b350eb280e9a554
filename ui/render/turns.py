"""From an answer to HTML, as pure functions. Everything that is shown passes through `ui.markup`."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.asking import prepare
from rag.citations import markers
from rag.errors import GroundlineError
from rag.schema import Answer, AnswerSentence, Citation, Correction, Highlight, Hit, Thumb
from ui.markup import Attributes, Markup, element, join, text
from ui.render import signs
from ui.render.words import count, problem, where

_PREVIEW = 240
_NEAREST = 3
# What is longer is shown by its beginning; ui/script/ask.js has the same two.
_LONG, _MANY_LINES = 400, 6
EXTRACTIVE = "extractive"
ALSO = "Also near this"


class Stored(NamedTuple):
    """Where a turn is kept, from 1 in its conversation, and what its reader thought of it."""

    conversation: str = ""
    number: int = 0
    thumb: Thumb = ""
    comment: str = ""


def turn(answer: Answer, stored: Stored | None = None) -> Markup:
    """One question with its answer, or with its abstention and the nearest passages."""
    body = _abstained(answer) if answer.status == "abstained" else _answered(answer)
    kept = stored or Stored()
    where: Attributes = {"data-conversation": kept.conversation, "data-turn": kept.number} if kept.number else {}
    return element(
        "article",
        {"class": f"turn {answer.status}", **where},
        _asked(answer.question),
        _understood(answer),
        body,
        _actions(kept, _writer(answer)),
    )


def failed(question: str, error: GroundlineError) -> Markup:
    """One question that could not be worked on: what happened and what to do."""
    heading = _asked(question) if question.strip() else ""
    return element("article", {"class": "turn failed"}, heading, problem(error), _actions(Stored(), ""))


def behind(may_read: bool) -> Markup:
    """That an answer is from the folder as it was, and for those who may, the way to have it read again."""
    words = element("span", {"class": "words"}, "The folder has changed since it was read.")
    again = element("button", {"type": "button", "class": "button", "data-act": "read-again"}, "Read it again")
    return element("div", {"class": "behind", "role": "note"}, signs.NOTE, words, again if may_read else "")


def sentence(judged: AnswerSentence, citations: Sequence[Citation]) -> Markup:
    """A sentence of an answer that is still being written."""
    cites = [marker(citation, ()) for citation in citations]
    return join([element("span", {"class": f"sentence {judged.verdict}"}, judged.text, " " if cites else "", *cites, _sign(judged)), " "])


def _asked(question: str) -> Markup:
    """The question; of a long one the beginning, and the way to the rest."""
    if len(question) <= _LONG and question.count("\n") < _MANY_LINES:
        return element("h2", {"class": "asked", "dir": "auto"}, question)
    whole = element("button", {"type": "button", "class": "quiet whole", "data-act": "whole", "aria-expanded": "false"}, "Show all")
    return join([element("h2", {"class": "asked long", "dir": "auto"}, question), whole])


def _understood(answer: Answer) -> Markup:
    if not answer.standalone:
        return Markup("")
    return element("p", {"class": "understood"}, "Understood as: ", element("q", {"dir": "auto"}, answer.standalone))


def _answered(answer: Answer) -> Markup:
    first, further = _quotes(answer)
    if further:
        shown = {number for quote in first for number in quote.citations}
        answer = answer.model_copy(update={"highlights": tuple(mark for mark in answer.highlights if mark.citation in shown)})
    corrections = [_correction(answer, correction) for correction in answer.corrections]
    words = _apart(answer, first, further) if first else _sentences(answer)
    body = element("div", {"class": "answer", "dir": "auto"}, words)
    below = element("footer", {"class": "below"}, _sources(answer), _confidence(answer.confidence))
    return join([*corrections, body, _notes(answer), _dropped(answer), _unknown(answer), _uncovered(answer), below])


def _notes(answer: Answer) -> Markup:
    return join([element("p", {"class": "notice", "role": "note"}, signs.NOTE, element("span", {"dir": "auto"}, n)) for n in answer.notes])


def _dropped(answer: Answer) -> Markup:
    """The sentences that were taken out, each with its verdict: nothing goes in silence."""
    if not answer.dropped:
        return Markup("")
    rows = [element("li", {"dir": "auto"}, one.text, " ", _sign(one)) for one in answer.dropped]
    summary = element("summary", {}, f"{count(len(rows), 'sentence')} left out, which the documents do not support")
    return element("details", {"class": "dropped"}, summary, element("ul", {}, *rows))


def _writer(answer: Answer) -> str:
    if answer.writer != EXTRACTIVE:
        return f"Written by {answer.writer}"
    return "Quoted verbatim" if answer.status == "answered" else ""


def _actions(kept: Stored, writer: str) -> Markup:
    """What can be done with a turn. The script shows each where it can be done."""
    thumbs = [_thumb("up", "Good answer", signs.UP, kept), _thumb("down", "Bad answer", signs.DOWN, kept)]
    buttons = [_action(act, label, drawing) for act, label, drawing in _ACTS]
    by = element("bdi", {"class": "writer"}, writer) if writer else ""
    comment = element("p", {"class": "comment", "dir": "auto", "hidden": not kept.comment}, kept.comment)
    return join([element("div", {"class": "actions", "role": "group", "aria-label": "This answer"}, *thumbs, *buttons, by), comment])


_ACTS = (
    ("copy-answer", "Copy answer", signs.COPY),
    ("edit", "Edit the question", signs.EDIT),
    ("again", "Ask again", signs.AGAIN),
    ("why", "Why this answer", signs.WHY),
)


def _thumb(thumb: Thumb, label: str, drawing: Markup, kept: Stored) -> Markup:
    pressed = "true" if kept.thumb == thumb else "false"
    attributes = {"type": "button", "class": "quiet icon", "data-act": "rate", "data-thumb": thumb, "aria-pressed": pressed}
    return element("button", {**attributes, "aria-label": label, "data-tip": label}, drawing)


def _action(act: str, label: str, drawing: Markup) -> Markup:
    return element("button", {"type": "button", "class": "quiet icon", "data-act": act, "aria-label": label, "data-tip": label}, drawing)


def _quotes(answer: Answer) -> tuple[list[AnswerSentence], list[AnswerSentence]]:
    """The quotes that answer, and those that stand near; none where somebody wrote the answer, or it is grouped by document.

    Of a question of several parts each quote answers one. Read in one go, quotes would say what none of their documents says.
    """
    between = [answer.text[one.end : other.start] for one, other in pairwise(answer.sentences)]
    if answer.writer != EXTRACTIVE or not answer.sentences or answer.sentences[0].start or any("\n" in words for words in between):
        return [], []
    corrected = {correction.text for correction in answer.corrections}
    quotes = [one for one in answer.sentences if one.text not in corrected]
    parts = len(prepare(answer.standalone or answer.question, {}).parts) if len(quotes) > 1 else 1
    return quotes[:parts], quotes[parts:]


def _apart(answer: Answer, first: Sequence[AnswerSentence], further: Sequence[AnswerSentence]) -> Markup:
    """Quotes in blocks of their own, those that are near below a heading."""
    ends = {one.start: other.start for one, other in pairwise(answer.sentences)}

    def quoted(tag: str, one: AnswerSentence) -> Markup:
        after = answer.text[one.end : ends.get(one.start, len(answer.text))]
        return element(tag, {"class": "quoted", "dir": "auto"}, _judged(answer, one, after))

    blocks: list[str] = [quoted("p", one) for one in first]
    if not further:
        return join(blocks)
    near = element("ul", {"class": "also"}, *[quoted("li", one) for one in further])
    return join([*blocks, element("h3", {"class": "small"}, ALSO), near])


def _judged(answer: Answer, one: AnswerSentence, after: str) -> Markup:
    """A sentence with its markers, which stand in the text `after` it, and its verdict."""
    return element("span", {"class": f"sentence {one.verdict}"}, _emphasised(answer, one), _markers(answer, after), _sign(one))


def _sentences(answer: Answer) -> Markup:
    """The answer's sentences with markers that open their source and a sign for each verdict; corrections stand above already.

    What else the text says, such as which document the next sentences are from, stands on lines of its own.
    """
    corrected = {correction.text for correction in answer.corrections}
    pieces: list[str] = _lines(answer.text[: answer.sentences[0].start]) if answer.sentences else []
    for index, one in enumerate(answer.sentences):
        following = answer.sentences[index + 1].start if index + 1 < len(answer.sentences) else len(answer.text)
        if one.text in corrected:
            continue
        between, ended, below = answer.text[one.end : following].partition("\n")
        pieces += [_judged(answer, one, between), " "]
        if ended and index + 1 < len(answer.sentences):
            pieces.append(element("span", {"class": "break"}))
        pieces += _lines(below)
    return join(pieces) if pieces or answer.sentences else text(answer.text)


def _lines(between: str) -> list[str]:
    return [element("p", {"class": "group", "dir": "auto"}, " ".join(line.split())) for line in between.split("\n") if line.strip()]


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
    label = f"Citation {citation.n}: {citation.path}, {_where(citation)}"
    return element(
        "button",
        {"type": "button", "class": "cite", "data-cite": target(citation, highlights), "aria-label": label, "data-tip": label},
        f"[{citation.n}]",
    )


def target(citation: Citation, highlights: Sequence[Highlight]) -> str:
    """What the source panel needs to show a citation, as JSON."""
    short = [(highlight.start, highlight.end) for highlight in highlights if highlight.citation == citation.n]
    fields = citation.model_dump(include={"n", "path", "sha256", "passage", "start", "end", "quote", "place"})
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


def _sign(judged: AnswerSentence) -> Markup:
    """A verdict's sign, which says the reasons for it."""
    sign = signs.SIGNS[judged.verdict]
    said = f"{sign.label}: {'; '.join(judged.reasons)}" if judged.reasons else sign.label
    if judged.opinion is not None:
        said += f". The model's own opinion: {judged.opinion.label.replace('_', ' ')}, {judged.opinion.reason}"
    attributes = {"type": "button", "class": f"verdict {judged.verdict}", "aria-label": said, "data-tip": said}
    return element("button", attributes, sign.shape)


def _where(citation: Citation) -> str:
    return where(citation.place, citation.reader, citation.line_start, citation.line_end)


def _correction(answer: Answer, correction: Correction) -> Markup:
    cited = [marker(citation, answer.highlights) for citation in answer.citations if citation.n == correction.citation]
    body = element("p", {}, element("strong", {}, "A correction first."), " ", element("bdi", {}, correction.text), " ", *cited)
    return element("aside", {"class": "correction", "role": "note", "aria-label": "Correction of the question"}, signs.CORRECTION, body)


def _uncovered(answer: Answer) -> Markup:
    if not answer.uncovered:
        return Markup("")
    words: list[str] = []
    for word in answer.uncovered:
        words += [", " if words else "", element("bdi", {"class": "word"}, word)]
    return element("p", {"class": "uncovered"}, "The documents found do not mention: ", *words)


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
            element("span", {"class": "detail"}, _where(citation)),
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
    head = element("div", {"class": "none"}, signs.ABSTAINED, element("p", {"dir": "auto"}, answer.text))
    parts = [head, why, _notes(answer), _unknown(answer), _uncovered(answer)]
    nearest = [element("li", {}, _nearest(hit)) for hit in answer.hits]
    if nearest:
        heading = element("h3", {"class": "small"}, "Nearest passages, which do not answer it")
        parts += [heading, element("ul", {"class": "nearest"}, *nearest[:_NEAREST])]
    if nearest[_NEAREST:]:
        summary = element("summary", {}, f"{count(len(nearest) - _NEAREST, 'passage')} further away")
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
