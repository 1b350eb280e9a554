"""Cases: a question, what a grounded engine should do with it, and the characters of the corpus that answer it."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from eval.corpus import read_documents
from rag.errors import CaseError
from rag.schema import Document, Frozen, Turn

CASES = Path(__file__).parent / "cases"
CORPORA = Path(__file__).parent / "corpora"
SCHEMA = Path(__file__).parent / "case.schema.json"
BASELINE_SUFFIX = ".baseline.json"  # stands beside the cases, and is none

MOST_PLACES, MOST_QUOTED = 6, 80  # places and characters of a quote that an error shows

Split = Literal["development", "test"]
Expect = Literal["answer", "abstain", "correct"]


class Gold(Frozen):
    """Characters of a document that hold the answer: `text[start:end] == quote`.

    Without `start` and `end` the quote must stand exactly once in the document; white space may differ.
    """

    path: str
    start: int = Field(0, ge=0)
    end: int = Field(0, ge=0)
    quote: str = Field(min_length=1)

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if self.start and not self.end:
            raise ValueError("end: goes with start; leave out both, and the quote is looked for")
        return self

    @property
    def placed(self) -> bool:
        """Whether it is said where the quote stands."""
        return self.end > 0


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


def load_cases(source: Path = CASES, corpus: Path | None = None) -> tuple[Case, ...]:
    """The cases of a file, or of every `*.json` of a folder in order of name, but for baselines.

    With a `corpus`, gold spans that are quotes alone are placed in it. Raises CaseError naming file, case and field.
    """
    if not source.exists():
        raise CaseError(f"There are no cases at {source}.", "Name a case file or a folder of them with --cases.")
    files = [file for file in sorted(source.glob("*.json")) if not file.name.endswith(BASELINE_SUFFIX)] if source.is_dir() else [source]
    documents = _Documents(corpus)
    cases: list[Case] = []
    owner: dict[str, Path] = {}
    for file in files:
        for case in _read(file):
            if corpus is not None and not _is_placed(case):
                case = place(case, documents.of(case), str(file))
            if case.id in owner:
                raise CaseError(f"{file}: case {case.id}: field id: {owner[case.id]} has this id already.", "Give each case its own id.")
            owner[case.id] = file
            cases.append(case)
    if not cases:
        raise CaseError(f"There are no cases in {source}.", "Write some with `groundline eval new`.")
    return tuple(cases)


def place(case: Case, documents: Mapping[str, Document], file: str = "") -> Case:
    """The case, its gold spans that are quotes alone placed where the quote stands in their document.

    Raises CaseError naming `file`, case, field and the places found when that is nowhere or more than one place.
    """
    if _is_placed(case):
        return case
    field = f"{file}: case {case.id}: field gold" if file else f"case {case.id}: field gold"
    groups = tuple(
        tuple(gold if gold.placed else placed_in(gold, documents, f"{field}[{g}][{a}].quote") for a, gold in enumerate(group))
        for g, group in enumerate(case.gold)
    )
    return case.model_copy(update={"gold": groups})


def placed_in(gold: Gold, documents: Mapping[str, Document], field: str) -> Gold:
    """The gold span at the one place where its quote stands, in its document or, without a path, in all of them. Raises CaseError."""
    chosen = [path for path in documents if gold.path in ("", path)]
    if not chosen:
        raise CaseError(f"{field}: the corpus has no {gold.path}.", _has(documents))
    found = places(gold.quote, documents, chosen)
    if len(found) == 1:
        return found[0]
    said, where = f"“{shorten(gold.quote, MOST_QUOTED, placeholder=' …')}”", gold.path or "the corpus"
    if found:
        raise CaseError(f"{field}: {said} stands {len(found)} times in {where}: {_listed(found, documents)}.", "Quote more of it.")
    elsewhere = places(gold.quote, documents, list(documents))
    hint = f"It stands in {_listed(elsewhere, documents)}." if elsewhere else "Copy it from the document's text."
    raise CaseError(f"{field}: {said} stands nowhere in {where}.", hint)


def places(quote: str, documents: Mapping[str, Document], paths: Iterable[str]) -> list[Gold]:
    """Where a quote stands in these documents, whatever white space is between its words; `quote` becomes the document's text there."""
    words = quote.split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    return [
        Gold(path=path, start=match.start(), end=match.end(), quote=match[0])
        for path in paths
        for match in pattern.finditer(documents[path].text)
    ]


def check_gold(cases: Iterable[Case], documents: Mapping[str, Document]) -> None:
    """Raises CaseError for the first gold span, all of them placed, whose quote is not in its file at its offsets."""
    for case in cases:
        for g, group in enumerate(case.gold):
            for a, gold in enumerate(group):
                field = f"case {case.id}: field gold[{g}][{a}]"
                document = documents.get(gold.path)
                if document is None:
                    raise CaseError(f"{field}.path: the corpus has no {gold.path}.", _has(documents))
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


class _Documents:
    """The documents of the corpora that cases ask about, each corpus read once and only when it is needed."""

    def __init__(self, corpus: Path | None) -> None:
        self._corpus = corpus
        self._read: dict[Path, dict[str, Document]] = {}

    def of(self, case: Case) -> dict[str, Document]:
        """The documents that a case asks about."""
        folder = corpus_of(case, self._corpus or Path())
        if folder not in self._read:
            self._read[folder] = read_documents(folder)
        return self._read[folder]


def _is_placed(case: Case) -> bool:
    return all(gold.placed for group in case.gold for gold in group)


def _has(documents: Mapping[str, Document]) -> str:
    return f"It has {', '.join(sorted(documents)) or 'nothing'}."


def _listed(found: Sequence[Gold], documents: Mapping[str, Document]) -> str:
    shown = [
        f"{gold.path}:{gold.start}-{gold.end} (line {documents[gold.path].text.count(chr(10), 0, gold.start) + 1})"
        for gold in found[:MOST_PLACES]
    ]
    return ", ".join(shown) + (f" and {len(found) - MOST_PLACES} more" if len(found) > MOST_PLACES else "")


def _where(text: str, quote: str) -> str:
    start = text.find(quote)
    return f"The quote stands at {start}-{start + len(quote)}." if start >= 0 else "The quote is nowhere in the file."
