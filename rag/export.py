"""A conversation to keep or to pass on: Markdown for people, JSON that loads into Answers again."""

from pathlib import Path

from pydantic import ValidationError

from rag.citations import counts_lines
from rag.errors import ConversationsUnreadable
from rag.schema import Answer, Citation, StoredTurn, Transcript

_SIGNS = {"supported": "supported", "unsupported": "**unsupported**", "uncited": "**uncited**", "not_judged": "not judged"}


def as_json(transcript: Transcript) -> str:
    """The whole conversation: `load` reads it again, and each `turns[n].answer` is what `ask --json` prints."""
    return transcript.model_dump_json(indent=2) + "\n"


def load(source: str | Path) -> Transcript:
    """A conversation from its JSON, or from a file with it. Raises ConversationsUnreadable when it is none."""
    name = "The exported conversation" if isinstance(source, str) else str(source)
    try:
        return Transcript.model_validate_json(source if isinstance(source, str) else source.read_text(encoding="utf-8-sig"))
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise ConversationsUnreadable(f"{name} is not a conversation that Groundline exported: {reason}.", "Export it again.") from error


def as_markdown(transcript: Transcript) -> str:
    """Questions as headings, answers with their markers, and under each answer its citations: file, lines, characters, quote."""
    about = transcript.conversation
    parts = [f"# {_plain(about.title) or 'Conversation'}", f"{about.created} · {_plain(about.corpus)}"]
    for turn in transcript.turns:
        parts += _turn(turn)
    return "\n\n".join(parts) + "\n"


def _turn(turn: StoredTurn) -> list[str]:
    answer = turn.answer
    parts = [f"## {_plain(turn.question)}"]
    if answer.standalone:
        parts.append(f"*Asked as:* {_plain(answer.standalone)}")
    parts.append(_plain(answer.text))
    parts += [f"*{_plain(note)}*" for note in (*answer.reasons, *answer.notes)]
    parts += _verdicts(answer)
    parts += [_citation(citation) for citation in answer.citations]
    if turn.thumb:
        parts.append(f"*Reader: thumb {turn.thumb}{' – ' + _plain(turn.comment) if turn.comment else ''}*")
    return parts


def _verdicts(answer: Answer) -> list[str]:
    """The sentences that are not supported, with the reason; that the others are goes without saying."""
    doubtful = [one for one in answer.sentences if one.verdict != "supported"]
    return [f"- {_SIGNS[one.verdict]}: {_plain(one.text)} ({_plain('; '.join(one.reasons))})" for one in doubtful]


def _citation(one: Citation) -> str:
    lines = f"line {one.line_start}" if one.line_start == one.line_end else f"lines {one.line_start}–{one.line_end}"
    where = ", ".join(filter(None, [_plain(one.place), lines if counts_lines(one.place, one.reader) else ""]))
    quote = "\n".join(f"> {_plain(line)}" for line in one.quote.splitlines() or [""])
    return f"[{one.n}] {_plain(one.path)}, {where}, characters {one.start}–{one.end}\n\n{quote}"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is: no tag, link, heading or emphasis comes out of a document or a question."""
    line = " ".join(text.split())
    for character in "\\`*_<>[]#|~!":
        line = line.replace(character, "\\" + character)
    return line
