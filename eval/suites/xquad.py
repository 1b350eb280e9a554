"""XQuAD, English: does a quoted sentence hold the answer, and is its paragraph found among all 240?"""

from pathlib import Path

from eval.case import Case, Gold
from eval.suites.rows import read_rows, sample, write_documents

TITLE = "XQuAD-en: 1,190 questions over 240 paragraphs"
NEEDS = ("xquad_en.jsonl", "xquad_en_contexts.jsonl")
METRICS = ("hit@1", "hit@3", "hit@8", "mrr", "evidence_first", "evidence_any", "false_abstention", "citation_exact", "premise_false_alarm")
SAMPLE = 200


def prepare(data: Path, corpus: Path, all_: bool) -> tuple[Case, ...]:
    """Every paragraph a document; a gold span is the answer's own characters."""
    contexts = read_rows(data / NEEDS[1])
    paths = dict(zip((row["context_id"] for row in contexts), write_documents(corpus, [row["text"] for row in contexts]), strict=True))
    return tuple(
        Case(
            id=str(row["id"]),
            category="xquad",
            split="development",
            question=row["question"],
            expect="answer",
            gold=(tuple(_gold(paths[row["context_id"]], answer) for answer in row["answers"]),),
            answer=row["answers"][0]["text"],
        )
        for row in sample(read_rows(data / NEEDS[0]), SAMPLE, all_)
    )


def _gold(path: str, answer: dict[str, str | int]) -> Gold:
    text, start = str(answer["text"]), int(answer["start"])
    return Gold(path=path, start=start, end=start + len(text), quote=text)
