"""Cases: a question, what a grounded engine should do with it, and the characters of the corpus that answer it."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from eval.corpus import read_documents
from rag.errors import CaseError
from rag.schema import Document, Frozen, Turn

CASES = Path(__file__).parent / "cases"
CORPORA = Path(__file__).parent / "corpora"
SCHEMA = Path(__file__).parent / "case.schema.json"

Split = Literal["development", "test"]
Expect = Literal["answer", "abstain", "correct"]


class Gold(Frozen):
    """Characters of a document that hold the answer: `text[start:end] == quote`."""

    path: str
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    quote: str = Field(min_length=1)


class ExpectedCorrection(Frozen):
    """What the question claims wrongly and what the documents say instead."""

    claimed: str
    found: str


class Case(Frozen):
    """One question with its gold spans.

    `gold` is a list of groups of alternatives: satisfied when every group has one alternative quoted. `corpus` names a
    variant under `eval/corpora/`; empty is the corpus that the suite runs on.
    """

    id: str = Field(min_length=1)
    category: str = Field(min_length=1)
    split: Split
    question: str = Field(min_length=1)
    expect: Expect
    gold: tuple[tuple[Gold, ...], ...] = ()
    answer: str = ""
    note: str = ""
    history: tuple[Turn, ...] = ()
    correction: ExpectedCorrection | None = None
    corpus: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.expect == "abstain" and self.gold:
            raise ValueError("gold: a case that expects to abstain has no gold spans")
        if self.expect != "abstain" and not self.gold:
            raise ValueError(f"gold: a case that expects '{self.expect}' needs gold spans")
        if any(not group for group in self.gold):
            raise ValueError("gold: a group needs at least one alternative")
        if (self.expect == "correct") != (self.correction is not None):
            raise ValueError("correction: goes with expect 'correct', and only with it")
        return self

    @property
    def cluster(self) -> str:
        """What intervals are drawn over: the document of the first gold span, or the case itself where there is none."""
        return self.gold[0][0].path if self.gold else f"case {self.id}"


class CaseFile(Frozen):
    """A case file: `{"cases": [...]}`."""

    cases: tuple[Case, ...]


def load_cases(source: Path = CASES) -> tuple[Case, ...]:
    """The cases of a file, or of every `*.json` of a folder in order of name. Raises CaseError naming file, case and field."""
    if not source.exists():
        raise CaseError(f"There are no cases at {source}.", "Name a case file or a folder of them with --cases.")
    files = sorted(source.glob("*.json")) if source.is_dir() else [source]
    cases: list[Case] = []
    owner: dict[str, Path] = {}
    for file in files:
        for case in _read(file):
            if case.id in owner:
                raise CaseError(f"{file}: case {case.id}: field id: {owner[case.id]} has this id already.", "Give each case its own id.")
            owner[case.id] = file
            cases.append(case)
    if not cases:
        raise CaseError(f"There are no cases in {source}.", "Write some with `groundline eval new`.")
    return tuple(cases)


def check_gold(cases: Iterable[Case], documents: Mapping[str, Document]) -> None:
    """Raises CaseError for the first gold span whose quote is not in its file at its offsets."""
    for case in cases:
        for g, group in enumerate(case.gold):
            for a, gold in enumerate(group):
                field = f"case {case.id}: field gold[{g}][{a}]"
                document = documents.get(gold.path)
                if document is None:
                    raise CaseError(f"{field}.path: the corpus has no {gold.path}.", f"It has {', '.join(sorted(documents)) or 'nothing'}.")
                if document.text[gold.start : gold.end] != gold.quote:
                    raise CaseError(
                        f"{field}.quote: {gold.path} has {document.text[gold.start : gold.end]!r} at {gold.start}-{gold.end}.",
                        _where(document.text, gold.quote),
                    )


def corpus_of(case: Case, corpus: Path) -> Path:
    """The folder that a case asks about: the suite's own, or the variant that the case names."""
    return CORPORA / case.corpus if case.corpus else corpus


def check_all_gold(cases: Iterable[Case], corpus: Path) -> None:
    """`check_gold` for each corpus that the cases ask about."""
    groups: dict[Path, list[Case]] = {}
    for case in cases:
        groups.setdefault(corpus_of(case, corpus), []).append(case)
    for folder, group in groups.items():
        check_gold(group, read_documents(folder))


def json_schema() -> str:
    """The JSON Schema of case files, as kept in `case.schema.json`."""
    return json.dumps(CaseFile.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def _read(file: Path) -> tuple[Case, ...]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CaseError(f"{file} cannot be read as JSON: {error}", "Correct the file.") from error
    try:
        return CaseFile.model_validate(data).cases
    except ValidationError as error:
        first = error.errors()[0]
        raise CaseError(f"{file}: {_place(data, first['loc'], first['msg'])}", f"The format is described in {SCHEMA.name}.") from error


def _place(data: Any, location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    if len(location) < 2 or location[0] != "cases" or not isinstance(location[1], int):
        return f"field {'.'.join(map(str, location)) or 'cases'}: {message}"
    entry = data["cases"][location[1]]
    name = entry.get("id") if isinstance(entry, dict) else None
    field = ".".join(map(str, location[2:]))
    return f"case {name or f'number {location[1] + 1}'}: field {f'{field}: ' if field else ''}{message}"


def _where(text: str, quote: str) -> str:
    start = text.find(quote)
    return f"The quote stands at {start}-{start + len(quote)}." if start >= 0 else "The quote is nowhere in the file."
