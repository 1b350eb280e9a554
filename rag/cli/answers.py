"""An answer as a person reads it in a terminal; an abstention looks different from an answer."""

from rich.console import Console
from rich.text import Text

from rag.cli.terminal import one_line, print_hanging, print_indented, print_whole, safe
from rag.schema import Answer, Citation, Highlight, Hit

NEAREST = 3
EXCERPT = 300


def print_answer(out: Console, answer: Answer) -> None:
    """Print an answer with its citations, or an abstention with the nearest passages."""
    if answer.standalone:
        print_indented(out, Text(f"Asked as: {one_line(answer.standalone)}", "dim"), 0)
    if answer.status == "answered":
        _print_answered(out, answer)
    else:
        _print_abstained(out, answer)
    if answer.uncovered:
        missing = dict.fromkeys(one_line(word) for word in answer.uncovered)
        print_indented(out, Text("The documents found do not mention: " + ", ".join(missing), "yellow"), 0)
    for note in answer.notes:
        print_indented(out, Text(f"Note: {one_line(note)}", "yellow"), 0)
    if answer.status == "answered":
        writer = "" if answer.writer == "extractive" else f"  Written by {one_line(answer.writer)}"
        out.print(Text(f"Confidence: {answer.confidence:.0%}{writer}", "dim"))


def _print_answered(out: Console, answer: Answer) -> None:
    print_indented(out, Text(safe(answer.text), "bold"), 0)
    out.print()
    for citation in answer.citations:
        place = f"{one_line(citation.path)}:{citation.start}-{citation.end}"
        print_whole(out, Text.assemble((f"[{citation.n}] ", "cyan"), (place, "cyan"), (f"  ({_where(citation)})", "dim")))
        print_indented(out, _quote(citation, [mark for mark in answer.highlights if mark.citation == citation.n]), 4)
    out.print()
    for sentence in answer.sentences:
        if sentence.verdict != "supported":
            reasons = "; ".join(one_line(reason) for reason in sentence.reasons)
            said = f"{sentence.verdict.replace('_', ' ').capitalize()}: “{one_line(sentence.text)}” {reasons}"
            print_indented(out, Text(said.rstrip(), "yellow"), 0)
    for sentence in answer.sentences:
        if sentence.opinion is not None and sentence.opinion.label != sentence.verdict:
            opinion = f"{sentence.opinion.label.replace('_', ' ')}, {one_line(sentence.opinion.reason)}"
            print_indented(out, Text(f"Second opinion on “{one_line(sentence.text)}”: {opinion}", "yellow"), 0)
    if answer.unknown_markers:
        unknown = ", ".join(one_line(marker) for marker in answer.unknown_markers)
        print_indented(out, Text(f"Sources that do not exist: {unknown}", "yellow"), 0)


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
        out.print("  - ", end="")
        print_hanging(out, Text(one_line(reason)), 4)
    if answer.hits:
        out.print()
        print_indented(out, Text("The nearest passages, which do not answer the question:", "dim"), 0)
        for hit in answer.hits[:NEAREST]:
            _print_hit(out, hit)
        if answer.uncovered or answer.notes:
            out.print()


def _print_hit(out: Console, hit: Hit) -> None:
    text = one_line(hit.text)
    excerpt = text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …"
    print_whole(out, Text(f"  {one_line(hit.path)}:{hit.start}-{hit.end}  (similarity {hit.dense:.2f})", "dim"))
    print_indented(out, Text(excerpt, "dim"), 6)
