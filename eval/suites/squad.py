"""SQuAD 2.0: questions of which half look as if their paragraph answered them and it does not."""

from pathlib import Path

from eval.case import Case, Gold
from eval.suites.rows import read_rows, sample, write_documents

TITLE = "SQuAD 2.0: 4,346 questions over 465 paragraphs, 2,310 of them unanswerable"
NEEDS = ("squad2.jsonl", "squad2_contexts.jsonl")
METRICS = (
    "abstention_recall",
    "false_abstention",
    "balanced_accuracy",
    "risk_coverage_area",
    "evidence_first",
    "evidence_any",
    "hit@3",
    "citation_exact",
)
SAMPLE = 300


def prepare(data: Path, corpus: Path, all_: bool) -> tuple[Case, ...]:
    """Every paragraph a document; all paragraphs are asked at once, so that a question is harder than with its own paragraph alone."""
    contexts = read_rows(data / NEEDS[1])
    paths = dict(zip((row["context_id"] for row in contexts), write_documents(corpus, [row["text"] for row in contexts]), strict=True))
    cases = []
    for row in sample(read_rows(data / NEEDS[0]), SAMPLE, all_):
        path = paths[row["context_id"]]
        found = {(int(answer["start"]), str(answer["text"])) for answer in row["answers"]}
        gold = tuple(Gold(path=path, start=start, end=start + len(text), quote=text) for start, text in sorted(found))
        category = "answerable" if row["answerable"] else "unanswerable"
        expect = "answer" if row["answerable"] else "abstain"
        fields = {"id": str(row["id"]), "category": category, "split": "development", "question": row["question"].strip(), "expect": expect}
        cases.append(Case.model_validate({**fields, "gold": (gold,) if gold else ()}))
    return tuple(cases)
