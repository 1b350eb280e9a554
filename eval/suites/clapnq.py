"""CLAP NQ, dev: real search questions, half without an answer in their passage; which sentences hold the answer is marked."""

from pathlib import Path

from eval.case import Case, Gold
from eval.suites.rows import Row, read_rows, sample, write_documents

TITLE = "CLAP NQ dev: 600 questions over 597 passages, half of them unanswerable"
NEEDS = ("clapnq_dev.jsonl",)
METRICS = (
    "abstention_recall",
    "false_abstention",
    "balanced_accuracy",
    "evidence_first",
    "evidence_any",
    "char_precision",
    "char_recall",
    "char_f1",
    "hit@3",
    "citation_exact",
)
SAMPLE = 200


def prepare(data: Path, corpus: Path, all_: bool) -> tuple[Case, ...]:
    """Every passage a document; each sentence that the first answer was written from is a group of its own.

    An answerable row whose source marks no sentence is left out.
    """
    rows = read_rows(data / NEEDS[0])
    texts = list(dict.fromkeys(row["passage"] for row in rows))
    paths = dict(zip(texts, write_documents(corpus, texts), strict=True))
    cases = []
    for row in sample(rows, SAMPLE, all_):
        gold = _gold(row, paths[row["passage"]]) if row["answerable"] else ()
        if row["answerable"] and not gold:
            continue
        category = "answerable" if row["answerable"] else "unanswerable"
        expect = "answer" if row["answerable"] else "abstain"
        fields = {
            "id": row["id"],
            "category": category,
            "split": "development",
            "question": row["question"],
            "expect": expect,
            "gold": gold,
        }
        cases.append(Case.model_validate(fields))
    return tuple(cases)


def _gold(row: Row, path: str) -> tuple[tuple[Gold, ...], ...]:
    marked: list[int] = next((indices for indices in row["supporting_sentences"] if indices), [])
    spans = [row["sentence_spans"][index] for index in marked]
    return tuple((Gold(path=path, start=start, end=end, quote=row["passage"][start:end]),) for start, end in spans)
