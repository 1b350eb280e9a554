"""An answer as the text of a chat message: the sentences with their markers, then what plain text would not show."""

from rag.citations import counts_lines, print_markers
from rag.events import Sentence
from rag.schema import Answer

_RULE = "\n\n---\n"
_OPENINGS = ("Sources:\n", "Unsupported: ", "Uncited: ", "Not judged: ", "Note: ", "The documents found do not mention: ", "Reason: ")
SETTLED = "\n\n---\nThe answer as it stands after checking:\n\n"


def content_of(answer: Answer) -> str:
    """The whole message."""
    return answer.text + trailer(answer)


def trailer(answer: Answer) -> str:
    """The sources of an answer, its sentences that are not supported, and its notes; "" when there are none."""
    lines = ["Sources:"] if answer.citations else []
    for citation in answer.citations:
        span = (
            f"line {citation.line_start}"
            if citation.line_start == citation.line_end
            else f"lines {citation.line_start}-{citation.line_end}"
        )
        where = ", ".join(filter(None, [citation.place, span if counts_lines(citation.place, citation.reader) else ""]))
        lines.append(f"[{citation.n}] {_line(citation.path)}, {where}, characters {citation.start}-{citation.end}")
    for sentence in answer.sentences:
        if sentence.verdict != "supported":
            reasons = f": {_line('; '.join(sentence.reasons))}" if sentence.reasons else ""
            lines.append(f"{sentence.verdict.replace('_', ' ').capitalize()}: “{_line(sentence.text)}”{reasons}")
    lines += [f"Reason: {_line(reason)}" for reason in answer.reasons]
    if answer.uncovered:
        lines.append(f"The documents found do not mention: {_line(', '.join(answer.uncovered))}")
    lines += [f"Note: {_line(note)}" for note in answer.notes]
    return _RULE + "\n".join(lines) if lines else ""


def without_trailer(content: str) -> str:
    """An earlier message of ours as what was answered; other text as it is."""
    at = content.rfind(_RULE)
    return content[:at] if at >= 0 and content[at + len(_RULE) :].startswith(_OPENINGS) else content


class Written:
    """What of an answer has been sent while it was being written; `text` is all of it."""

    def __init__(self, whole: bool) -> None:
        self.text = ""
        self._whole = whole

    def sentence(self, event: Sentence) -> str:
        """What to send of a sentence that has ended."""
        if self._whole:
            return ""
        markers = print_markers([citation.n for citation in event.citations])
        piece = " ".join(filter(None, (event.sentence.text, markers)))
        piece = f" {piece}" if self.text else piece
        self.text += piece
        return piece

    def rest(self, answer: Answer) -> str:
        """What is still to be sent when the answer is settled: its end; or all of it, said to be so, when it reads otherwise now."""
        sent, final = self.text.split(), answer.text.split()
        if final[: len(sent)] == sent:
            left = " ".join(final[len(sent) :])
            piece = (" " if sent and left else "") + (left if sent else answer.text)
        else:
            piece = SETTLED + answer.text
        piece += trailer(answer)
        self.text += piece
        return piece


def _line(text: str) -> str:
    return " ".join(text.split())
