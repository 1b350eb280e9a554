"""Citation recall and precision as ALCE defines them, with the deterministic grounding checker in the place of its NLI model.

Recall of an answer: share of its sentences that cite something and whose cited spans together support them. Precision: share of its
citations that are not irrelevant; a citation counts only where its sentence has recall 1, and is irrelevant when it does not support
the sentence alone while the others support it without it. Sentences that the checker could not judge are left out of both and
counted in the metadata; an answer with none left is not judged. An answer that says nothing scores 0.
Source: Gao, Yen, Yu, Chen, Enabling Large Language Models to Generate Text with Citations, 2023, arXiv:2305.14627, section 4.3.
"""

from collections.abc import Mapping
from typing import Literal

from eval.judge import cited_texts, judge_sentence
from eval.metrics.base import OF_ANSWERS, Metric, Outcome, Score, answered, could_not_judge
from rag.schema import Answer, AnswerSentence, Document

SentenceRecall = Literal["supported", "unsupported", "not_judged"]


def sentence_recall(answer: Answer, sentence: AnswerSentence) -> tuple[SentenceRecall, str]:
    """Whether what a sentence cites supports it, and why not."""
    spans = cited_texts(answer, sentence)
    if not spans:
        return "unsupported", "cites nothing"
    verdict = judge_sentence(answer, sentence, spans)
    return verdict.label, "; ".join(verdict.reasons)


def relevant(answer: Answer, sentence: AnswerSentence, which: int) -> bool:
    """Whether one of the texts that a supported sentence cites counts as a right citation."""
    spans = cited_texts(answer, sentence)
    if judge_sentence(answer, sentence, (spans[which],)).label == "supported":
        return True
    others = spans[:which] + spans[which + 1 :]
    return not others or judge_sentence(answer, sentence, others).label != "supported"


def recall(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """ALCE citation recall of one answer."""
    answer = answered(outcome)
    if answer is None:
        return None
    if not answer.sentences:
        return Score(value=0.0, explanation="the answer has no sentence")
    verdicts = [sentence_recall(answer, s) for s in answer.sentences]
    judged = [label == "supported" for label, _ in verdicts if label != "not_judged"]
    skipped = len(verdicts) - len(judged)
    if not judged:
        return could_not_judge("; ".join(why for _, why in verdicts))
    reasons = [f"sentence {i}: {why}" for i, (label, why) in enumerate(verdicts, 1) if label != "supported"]
    explanation = "; ".join(reasons) or f"all {len(judged)} sentences are supported"
    return Score(value=sum(judged) / len(judged), explanation=explanation, metadata={"sentences": len(verdicts), "not_judged": skipped})


def precision(outcome: Outcome, documents: Mapping[str, Document]) -> Score | None:
    """ALCE citation precision of one answer."""
    answer = answered(outcome)
    if answer is None:
        return None
    right, total, skipped = 0, 0, 0
    wrong: list[str] = []
    for sentence in answer.sentences:
        spans = cited_texts(answer, sentence)
        label, _ = sentence_recall(answer, sentence)
        if label == "not_judged":
            skipped += len(spans)
            continue
        total += len(spans)
        for which in range(len(spans)):
            good = label == "supported" and relevant(answer, sentence, which)
            right += good
            if not good:
                wrong.append(f"[{sentence.citations[which]}] does not support its sentence")
    if total == 0:
        return could_not_judge("no citation could be judged") if skipped else Score(value=0.0, explanation="nothing is cited")
    return Score(
        value=right / total,
        explanation="; ".join(wrong) or f"all {total} citations support their sentence",
        metadata={"not_judged": skipped},
    )


RECALL = Metric("citation_recall", "Sentences supported by what they cite (ALCE)", recall, kind="share", needs=OF_ANSWERS)
PRECISION = Metric("citation_precision", "Citations that support their sentence (ALCE)", precision, kind="share", needs=OF_ANSWERS)
