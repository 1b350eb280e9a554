"""How well verdicts catch what a small language model makes up: its real sentences, labelled by hand against the spans that they cite.

python -m bench.guard                                   # precision, recall and what was judged wrongly, over the committed sentences
python -m bench.guard --collect MODEL.gguf --form short --out FILE   # asks the eval's questions over seeds/ again, without labels
"""

import argparse
import hashlib
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.grounding import check_grounding
from rag.language.words import words
from rag.split import sentences

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

ROOT = Path(__file__).parent.parent
SENTENCES = ROOT / "tests" / "data" / "smollm2_sentences.jsonl"
CATEGORIES = ("fact", "multi", "paraphrase", "attribution", "false_premise")
# What the model reads and writes at most, in tokens: two passages and four sentences, so that many questions can be asked.
WINDOW, ANSWER = 560, 72
SHORT = "{evidence}\n\nAnswer in one or two full sentences, from the text above only: {question}"
RESTATE = "Say this again in your own words, in one short sentence. Change nothing of what it says.\n\n{evidence}"
FORMS = {"short": SHORT, "restate": RESTATE}
PASSAGE = re.compile(r"^\[(\d+)\] (.*)$", re.M)


class Labelled(NamedTuple):
    """A sentence, the quotes that it cites, and whether a reader finds that they support it."""

    sentence: str
    cited: tuple[str, ...]
    supported: bool
    note: str
    form: str = ""
    question: str = ""

    @property
    def development(self) -> bool:
        """Whether the checks' coefficients were fitted to this half of the questions, chosen by hash."""
        return hashlib.sha256(self.question.encode()).digest()[-1] % 2 == 0


class Report(NamedTuple):
    """Counts over all sentences; `passed` are unsupported ones that were not marked, `blamed` supported ones that were."""

    caught: int
    unsupported: int
    marked: int
    supported: int
    passed: tuple[Labelled, ...]
    blamed: tuple[tuple[Labelled, str], ...]
    milliseconds: float


def read(path: Path = SENTENCES) -> list[Labelled]:
    """The committed sentences."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [
        Labelled(row["sentence"], tuple(row["cited"]), row["label"] == "supported", row["note"], row["form"], row["question"])
        for row in rows
    ]


def measure(labelled: Sequence[Labelled]) -> Report:
    """The guard's verdicts beside the labels. What is not judged is not marked."""
    passed: list[Labelled] = []
    blamed: list[tuple[Labelled, str]] = []
    check_grounding("One sentence loads the tables.", ["Another sentence."])
    started = time.perf_counter()
    verdicts = [check_grounding(one.sentence, one.cited) for one in labelled]
    milliseconds = (time.perf_counter() - started) * 1000 / max(1, len(labelled))
    for one, verdict in zip(labelled, verdicts, strict=True):
        marked = verdict.label == "unsupported"
        if one.supported and marked:
            blamed.append((one, "; ".join(verdict.reasons)))
        elif not one.supported and not marked:
            passed.append(one)
    supported = sum(one.supported for one in labelled)
    unsupported = len(labelled) - supported
    return Report(unsupported - len(passed), unsupported, len(blamed), supported, tuple(passed), tuple(blamed), milliseconds)


def collect(model: Path, out: Path) -> None:
    """Asks the eval's questions and appends one line for each sentence that the model wrote, with the guard's verdict."""
    from rag import open_corpus
    from rag.config import Settings
    from rag.providers.llamacpp import load

    settings = Settings(llm_context=2_048, on_failure="error", llm_timeout=600)
    llm = load(model, settings, ANSWER)
    llm.context_window = WINDOW
    llm.additional_kwargs = {"seed": 0, "extra_body": {"repeat_penalty": 1.0}}
    done = {json.loads(line)["question"] for line in out.read_text("utf-8").splitlines()} if out.exists() else set()
    with tempfile.TemporaryDirectory() as home, open_corpus(ROOT / "seeds", home=home, settings=settings, llm=_citing(llm)) as engine:
        for question in questions():
            if question in done:
                continue
            started = time.perf_counter()
            try:
                answer = engine.ask(question)
            except Exception as error:
                print(f"{question}: {type(error).__name__}: {error}", file=sys.stderr)
                continue
            quotes = {one.n: one.quote for one in answer.citations}
            with out.open("a", encoding="utf-8") as file:
                for one in answer.sentences[len(answer.corrections) :] if answer.writer != "extractive" else ():
                    row = {"question": question, "sentence": one.text, "cited": [quotes[n] for n in one.citations]}
                    file.write(json.dumps({**row, "verdict": one.verdict, "reasons": list(one.reasons)}, ensure_ascii=False) + "\n")
            print(f"{time.perf_counter() - started:.0f} s, {len(answer.sentences)} sentences: {question}", file=sys.stderr, flush=True)
    llm.close()


def collect_short(model: Path, out: Path, form: str) -> None:
    """Shows the model nothing but the sentences of each question's evidence, which it then more often restates than leaves."""
    from llama_index.core.llms import ChatMessage

    from rag.config import Settings
    from rag.errors import ModelError
    from rag.providers import chat
    from rag.providers.llamacpp import load

    settings = Settings(llm_context=1_024, llm_timeout=600)
    llm = load(model, settings, ANSWER)
    done = {json.loads(line)["question"] for line in out.read_text("utf-8").splitlines()} if out.exists() else set()
    shown: set[tuple[str, ...]] = set()
    for case in cases():
        quotes = evidence(case)
        if case["question"] in done or not quotes or tuple(quotes) in shown:
            continue
        shown.add(tuple(quotes))
        task = form.format(evidence=" ".join(quotes), question=case["question"])
        try:
            said = chat(llm, [ChatMessage(role="user", content=task)], settings)
        except ModelError as error:
            print(f"{case['question']}: {error}", file=sys.stderr)
            continue
        with out.open("a", encoding="utf-8") as file:
            for span in sentences(said):
                sentence = said[span.start : span.end].strip()
                verdict = check_grounding(sentence, quotes)
                row = {"question": case["question"], "sentence": sentence, "cited": quotes}
                file.write(json.dumps({**row, "verdict": verdict.label, "reasons": list(verdict.reasons)}, ensure_ascii=False) + "\n")
    llm.close()


def evidence(case: dict[str, Any]) -> list[str]:
    """The sentences of the articles that a case names as its evidence."""
    quotes: list[str] = []
    for place in (place for group in case["gold"] for place in group):
        text = (ROOT / "seeds" / place["path"]).read_bytes().decode("utf-8-sig")
        quotes += [text[span.start : span.end] for span in sentences(text) if span.start < place["end"] and place["start"] < span.end]
    return list(dict.fromkeys(quotes))


def questions() -> Iterator[str]:
    """The questions of `cases`."""
    yield from (case["question"] for case in cases())


def cases() -> Iterator[dict[str, Any]]:
    """The eval's cases over the five articles that have an answer there, the categories taking turns."""
    by_category: list[list[dict[str, Any]]] = []
    for category in CATEGORIES:
        found: list[dict[str, Any]] = json.loads((ROOT / "eval" / "cases" / f"{category}.json").read_text("utf-8"))["cases"]
        by_category.append([case for case in found if case["expect"] != "abstain"])
    for turn in range(max(map(len, by_category))):
        yield from (group[turn] for group in by_category if turn < len(group))


def _citing(llm: Any) -> "LLM":
    """The model, which forgets its markers more often than not, citing for each such sentence the passage with most of its words."""
    from llama_index.core.llms import ChatMessage, ChatResponse

    class Citing(type(llm)):  # type: ignore[misc]
        def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> Iterator[ChatResponse]:
            whole = super().chat(messages, **kwargs)
            passages = PASSAGE.findall(messages[-1].content or "")
            said = cited(whole.message.content or "", {int(number): text for number, text in passages})
            yield ChatResponse(message=ChatMessage(role="assistant", content=said), delta=said, raw=whole.raw)

    llm.__class__ = Citing
    return llm  # type: ignore[no-any-return]


def cited(said: str, passages: dict[int, str]) -> str:
    """The text with a marker behind each sentence that has none."""
    spans = sentences(said)
    for span in reversed(spans):
        sentence = said[span.start : span.end]
        if re.search(r"\[\d", sentence) or re.match(r"\s*\[\d", said[span.end :]):
            continue
        stems = {word.stem for word in words(sentence) if not word.stop}
        shared = {number: len(stems & {word.stem for word in words(text)}) for number, text in passages.items()}
        if shared and max(shared.values()):
            best = max(shared, key=lambda number: shared[number])
            said = f"{said[: span.end].rstrip()} [{best}]{said[span.end :]}"
    return said


def show(report: Report) -> None:
    """Print the figures, and every sentence that was judged wrongly."""
    total = report.caught + report.marked
    print(f"{report.unsupported + report.supported} sentences: {report.unsupported} unsupported, {report.supported} supported")
    print(f"unsupported ones caught: {_share(report.caught, report.unsupported)}")
    print(f"supported ones marked: {_share(report.marked, report.supported)}")
    print(f"precision of a mark: {_share(report.caught, total)}")
    print(f"{report.milliseconds:.2f} ms a sentence")
    for one in report.passed:
        print(f"\nnot caught: {one.sentence}\n  cites: {' | '.join(one.cited)}\n  label: {one.note}")
    for one, reasons in report.blamed:
        print(f"\nmarked wrongly: {one.sentence}\n  cites: {' | '.join(one.cited)}\n  because: {reasons}")


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / max(1, whole):.0%})"


def main() -> None:
    """Measure, or collect."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collect", type=Path, metavar="MODEL.gguf")
    parser.add_argument("--form", choices=("engine", *FORMS), default="engine", help="what the model is shown and asked for")
    parser.add_argument("--out", type=Path, default=Path("sentences.jsonl"))
    arguments = parser.parse_args()
    if arguments.collect and arguments.form in FORMS:
        collect_short(arguments.collect, arguments.out, FORMS[arguments.form])
    elif arguments.collect:
        collect(arguments.collect, arguments.out)
    else:
        labelled = read()
        parts = {"development half": [one for one in labelled if one.development]}
        parts["test half"] = [one for one in labelled if not one.development]
        parts |= {form: [one for one in labelled if one.form == form] for form in dict.fromkeys(one.form for one in labelled)}
        for name, part in parts.items():
            report = measure(part)
            caught, marked = _share(report.caught, report.unsupported), _share(report.marked, report.supported)
            print(f"{name}: unsupported caught {caught}, supported marked {marked}")
        show(measure(labelled))


if __name__ == "__main__":
    main()
