"""What readers thought of answers, as eval cases: a good answer says what to expect, a bad one is listed for a person to look at."""

import json
from collections.abc import Iterable, Iterator

from eval.case import Case, CaseFile
from rag.schema import Answer, StoredTurn, Transcript, Turn, exchange

CATEGORY = "feedback"


def cases(transcripts: Iterable[Transcript]) -> CaseFile:
    """A case for each answer that its reader called good: the same is expected again, from the same characters."""
    liked = [(turn, history) for turn, history in _turns(transcripts) if turn.thumb == "up" and _says_what_to_expect(turn.answer)]
    return CaseFile(cases=tuple(_case(number, turn, history) for number, (turn, history) in enumerate(liked, 1)))


def to_review(transcripts: Iterable[Transcript]) -> str:
    """As JSON, each answer that its reader called bad with the comment; `groundline eval new --answer` makes a case of one of them."""
    disliked = [(turn, history) for turn, history in _turns(transcripts) if turn.thumb == "down"]
    listed = [
        {
            "question": turn.question,
            "asked": turn.asked,
            "comment": turn.comment,
            "history": [message.model_dump() for message in history],
            "answer": turn.answer.model_dump(mode="json"),
        }
        for turn, history in disliked
    ]
    return json.dumps({"to_review": listed}, ensure_ascii=False, indent=1) + "\n"


def print_cases(file: CaseFile) -> str:
    """A case file's text, as `groundline eval --cases` reads it."""
    return json.dumps(file.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


def _turns(transcripts: Iterable[Transcript]) -> Iterator[tuple[StoredTurn, tuple[Turn, ...]]]:
    """Every turn with the messages before it."""
    for transcript in transcripts:
        for index, turn in enumerate(transcript.turns):
            yield turn, tuple(message for earlier in transcript.turns[:index] for message in exchange(earlier.answer))


def _says_what_to_expect(answer: Answer) -> bool:
    return answer.status == "abstained" or bool(answer.citations)


def _case(number: int, turn: StoredTurn, history: tuple[Turn, ...]) -> Case:
    answer = turn.answer
    fields: dict[str, object] = {"expect": "abstain" if answer.status == "abstained" else "answer"}
    if answer.status == "answered":
        first = answer.corrections[0].citation if answer.corrections else answer.citations[0].n
        gold = next(one for one in answer.citations if one.n == first)
        fields["gold"] = [[gold.model_dump(include={"path", "start", "end", "quote"})]]
    if answer.corrections:
        said = answer.corrections[0]
        fields |= {"expect": "correct", "correction": {"claimed": said.claimed, "found": said.found}}
    return Case.model_validate(
        {
            **fields,
            "id": f"{CATEGORY}-{number:03}",
            "category": CATEGORY,
            "split": ("development", "test")[number % 2 - 1],
            "question": turn.question,
            "answer": "; ".join(mark.text for mark in answer.highlights),
            "note": turn.comment,
            # What earlier turns said matters to a follow-up only.
            "history": [message.model_dump() for message in history] if answer.standalone else [],
        }
    )
