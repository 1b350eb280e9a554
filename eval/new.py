"""`groundline eval new`: a question becomes a case, its gold spans quoted from the documents or picked from an answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from eval import terminal
from eval.case import Case, Gold, check_gold, load_cases, placed_in
from eval.corpus import read_documents
from rag.config import Settings
from rag.engine import open_corpus
from rag.errors import EvalError
from rag.schema import Answer


@dataclass(frozen=True)
class Wish:
    """What the command line asks for.

    `gold` and `quotes` hold one entry a part of the answer: numbers of citations, alternatives by comma, or the document's own words,
    which stand in the document `path` where that is named.
    """

    question: str
    to: Path
    answer: Path | None
    gold: tuple[str, ...]
    expect: str
    category: str
    quotes: tuple[str, ...] = ()
    path: str = ""


def run_new(wish: Wish, corpus: Path | None, home: Path | None) -> int:
    """Add the case to the file: its gold as quoted or, where nothing is, as a saved answer or the engine's own cites it."""
    if wish.quotes and wish.gold:
        raise EvalError("Both --quote and --gold say what the answer is.", "Give one of them.")
    if wish.path and not wish.quotes:
        raise EvalError("--path says where a quote stands, and there is none.", "Give it with --quote.")
    folder = corpus or Settings().corpus
    documents = read_documents(folder)
    if wish.quotes:
        question = _saved(wish.answer).question if wish.answer is not None else wish.question
        gold = [[placed_in(Gold(path=wish.path, quote=quote), documents, "--quote")] for quote in wish.quotes]
        case = _case(question, wish.expect or "answer", gold, wish.category, _existing(wish.to))
        told = f"Run it with `groundline eval --cases {wish.to}`."
    else:
        answer = _saved(wish.answer) if wish.answer is not None else _asked(wish.question, folder, home)
        case = case_from(answer, wish.expect, wish.gold, wish.category, _existing(wish.to))
        check_gold([case], documents)
        for citation in answer.citations:
            terminal.say(f"[{citation.n}] {citation.path}:{citation.start}-{citation.end} {citation.quote}")
        quoted = "Where the engine was wrong, put the words that answer in place of what it quoted (--quote TEXT, or in the file)."
        told = quoted if case.expect == "answer" else f"The engine {answer.status}."
    add(case, wish.to)
    terminal.say(f"Added {case.id} to {wish.to}: expects '{case.expect}', gold parts: {len(case.gold)}. {told}")
    return 0


def case_from(answer: Answer, expect: str, gold: tuple[str, ...], category: str, existing: tuple[Case, ...]) -> Case:
    """The case of an answer: gold are the citations named, or the first; the split alternates. Raises EvalError."""
    kind = expect or ("answer" if answer.status == "answered" else "abstain")
    numbers = gold or (("1",) if kind == "answer" else ())
    by_number = {str(citation.n): citation for citation in answer.citations}
    wanted = [[name.strip() for name in part.split(",")] for part in numbers]
    unknown = sorted({name for part in wanted for name in part} - by_number.keys())
    if unknown:
        raise EvalError(f"The answer has no citation {', '.join(unknown)}.", f"It has {', '.join(by_number) or 'none'}.")
    spans = [[Gold(path=c.path, start=c.start, end=c.end, quote=c.quote) for c in map(by_number.__getitem__, part)] for part in wanted]
    return _case(answer.question, kind, spans, category, existing)


def _case(question: str, expect: str, gold: Sequence[Sequence[Gold]], category: str, existing: tuple[Case, ...]) -> Case:
    ids = {case.id for case in existing}
    number = next(n for n in range(1, len(ids) + 2) if f"{category}-{n:03}" not in ids)
    fields = {"id": f"{category}-{number:03}", "category": category, "question": question, "expect": expect, "gold": gold}
    try:
        return Case.model_validate({**fields, "split": ("development", "test")[len(existing) % 2]})
    except ValidationError as error:
        raise EvalError(f"This is no case: {_first(error)}", "Check the question, --expect, --gold and --quote.") from error


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return ": ".join([*map(str, first["loc"]), first["msg"].removeprefix("Value error, ")])


def add(case: Case, file: Path) -> None:
    """Write a case file with one case more."""
    cases = [existing.model_dump(mode="json", exclude_defaults=True) for existing in (*_existing(file), case)]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"cases": cases}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise EvalError(f"{file} cannot be written: {error.strerror}.", "Name another file with --to.") from error


def _existing(file: Path) -> tuple[Case, ...]:
    return load_cases(file) if file.is_file() else ()


def _asked(question: str, corpus: Path, home: Path | None) -> Answer:
    with open_corpus(corpus, home=home) as engine:
        return engine.ask(question)


def _saved(file: Path) -> Answer:
    try:
        return Answer.model_validate_json(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise EvalError(f"{file} is not a saved answer: {error}", "Save one with `groundline ask … --json > answer.json`.") from error
