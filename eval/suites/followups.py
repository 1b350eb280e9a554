"""Follow-ups over paragraphs of XQuAD: does the answer to a question that leans on an earlier one quote the right place?

`eval/conversations/paragraphs.json` holds our own questions and the places of their answers; the paragraphs come from the folder of data.
"""

import json
from pathlib import Path

from eval.case import Case, Gold
from eval.suites.rows import Row, read_rows, write_documents
from rag.schema import Turn

TITLE = "Follow-ups: 85 conversations over 240 paragraphs of XQuAD"
NEEDS = ("xquad_en_contexts.jsonl",)
METRICS = ("evidence_first", "evidence_any", "false_abstention", "citation_exact")
CONVERSATIONS = Path(__file__).parents[1] / "conversations" / "paragraphs.json"


def prepare(data: Path, corpus: Path, all_: bool) -> tuple[Case, ...]:
    """Every paragraph a document; a gold span is the part of a sentence that answers. All are asked, also without `all_`."""
    contexts = read_rows(data / NEEDS[0])
    paths = dict(zip((row["context_id"] for row in contexts), write_documents(corpus, [row["text"] for row in contexts]), strict=True))
    texts = {row["context_id"]: row["text"] for row in contexts}
    rows = json.loads(CONVERSATIONS.read_text(encoding="utf-8"))
    return tuple(_case(number, row, paths[row["context_id"]], texts[row["context_id"]]) for number, row in enumerate(rows, 1))


def _case(number: int, row: Row, path: str, text: str) -> Case:
    gold = Gold(path=path, start=row["start"], end=row["end"], quote=text[row["start"] : row["end"]])
    return Case(
        id=f"followup-{number:03}",
        category="follow_up",
        split=row["split"],
        question=row["question"],
        expect="answer",
        history=(Turn(role="user", content=row["asked"]), Turn(role="assistant", content=row["answered"])),
        gold=((gold,),),
    )
