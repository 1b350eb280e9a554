"""An answer as a person reads it in a terminal; an abstention looks different from an answer."""

from rich.console import Console
from rich.text import Text

from rag.cli.terminal import one_line, print_indented, safe
from rag.schema import Answer, Citation, Highlight, Hit

NEAREST = 3
EXCERPT = 300


def print_answer(out: Console, answer: Answer) -> None:
    """Print an answer with its citations, or an abstention with the nearest passages."""
    if answer.standalone:
        out.print(Text(f"Asked as: {one_line(answer.standalone)}", "dim"))
    if answer.status == "answered":
        _print_answered(out, answer)
    else:
        _print_abstained(out, answer)
    if answer.uncovered:
        out.print(Text("The documents do not mention: " + ", ".join(one_line(word) for word in answer.uncovered), "yellow"))
    for note in answer.notes:
        out.print(Text(f"Note: {one_line(note)}", "yellow"))
    if answer.status == "answered":
        writer = "" if answer.writer == "extractive" else f"  Written by {one_line(answer.writer)}"
        out.print(Text(f"Confidence: {answer.confidence:.0%}{writer}", "dim"))


def _print_answered(out: Console, answer: Answer) -> None:
    print_indented(out, Text(safe(answer.text), "bold"), 0)
    out.print()
    for citation in answer.citations:
        place = f"{one_line(citation.path)}:{citation.start}-{citation.end}"
        out.print(Text.assemble((f"[{citation.n}] ", "cyan"), (place, "cyan"), (f"  ({_where(citation)})", "dim")))
        print_indented(out, _quote(citation, [mark for mark in answer.highlights if mark.citation == citation.n]), 4)
    out.print()
    for sentence in answer.sentences:
        if sentence.verdict != "supported":
            reasons = "; ".join(one_line(reason) for reason in sentence.reasons)
            out.print(Text(f"{sentence.verdict.replace('_', ' ').capitalize()}: “{one_line(sentence.text)}” {reasons}".rstrip(), "yellow"))
    for sentence in answer.sentences:
        if sentence.opinion is not None and sentence.opinion.label != sentence.verdict:
            opinion = f"{sentence.opinion.label.replace('_', ' ')}, {one_line(sentence.opinion.reason)}"
            out.print(Text(f"Second opinion on “{one_line(sentence.text)}”: {opinion}", "yellow"))
    if answer.unknown_markers:
        out.print(Text("Sources that do not exist: " + ", ".join(one_line(marker) for marker in answer.unknown_markers), "yellow"))


def _where(citation: Citation) -> str:
    """The page or heading and the lines; of a text that was extracted the lines are nobody's, where it has places."""
    lines = (
        f"line {citation.line_start}" if citation.line_start == citation.line_end else f"lines {citation.line_start}-{citation.line_end}"
    )
    place = one_line(citation.place)
    return place if place and citation.reader else ", ".join(filter(None, [place, lines]))


def _quote(citation: Citation, marks: list[Highlight]) -> Text:
    """The quote with its short answers marked; `safe` may lengthen the text, so the pieces are cut first."""
    quote, done = Text(), citation.start
    for mark in sorted(marks, key=lambda mark: mark.start):
        if mark.start < done or mark.end > citation.end:
            continue
        quote.append(safe(citation.quote[done - citation.start : mark.start - citation.start]))
        quote.append(safe(citation.quote[mark.start - citation.start : mark.end - citation.start]), "bold green")
        done = mark.end
    return quote.append(safe(citation.quote[done - citation.start :]))


def _print_abstained(out: Console, answer: Answer) -> None:
    out.print(Text("No answer.", "bold yellow"), end=" " if answer.text else "\n")
    if answer.text:
        out.print(Text(safe(answer.text), "yellow"))
    for reason in answer.reasons:
        out.print(Text(f"  - {one_line(reason)}"))
    if answer.hits:
        out.print()
        out.print(Text("The nearest passages, which do not answer the question:", "dim"))
        for hit in answer.hits[:NEAREST]:
            _print_hit(out, hit)
        out.print()


def _print_hit(out: Console, hit: Hit) -> None:
    text = one_line(hit.text)
    excerpt = text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …"
    out.print(Text(f"  {one_line(hit.path)}:{hit.start}-{hit.end}  (similarity {hit.dense:.2f})", "dim"))
    print_indented(out, Text(excerpt, "dim"), 6)
