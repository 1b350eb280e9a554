"""What each command of the eval does: find what it needs, run it, print, write, and say how it ended."""

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from eval import baseline, gate, template, terminal
from eval.case import CORPORA, Case, check_all_gold
from eval.corpus import read_documents
from eval.metrics.base import EXTRACTIVE
from eval.metrics.writing import WRITING
from eval.mutate import OPERATORS, Mutant, mutate, tally
from eval.options import Options
from eval.own import SEEDS, baseline_beside, cases_are_own, is_the_seeds, suite_name
from eval.report.model import Report
from eval.report.write import write_report
from eval.run import evaluate
from eval.suites import DATA_VARIABLE, EXTERNAL, NAMES, missing, seeds_cases, summedits
from rag.config import Settings
from rag.embed import MiniLM
from rag.engine import Engine, open_corpus
from rag.errors import CaseError, EvalError
from rag.ingest import Progress
from rag.providers import close_llm, make_llm
from rag.writing import checked_llm

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


def run_suite(name: str, options: Options) -> int:
    """Run a suite, print its table and write its report. 0 when it ran, or had no data to run on."""
    if name not in NAMES:
        raise EvalError(f"There is no suite {name!r}.", f"Suites: {', '.join(NAMES)}.")
    if name == "seeds":
        report = side_by_side(run_seeds, options)
        terminal.print_report(report)
        _write(report, options)
    elif name == "summedits":
        _run_summedits(options)
    elif reason := missing(EXTERNAL[name].needs, data_folder(options)):
        _not_run(name, EXTERNAL[name].title, reason)
    else:
        report = side_by_side(partial(run_external, name), options)
        sampled = "" if options.all else " (a sample, the same every time; --all asks all)"
        terminal.say(f"{EXTERNAL[name].title}; {len(report.cases)} questions asked{sampled}.")
        terminal.print_report(report, (*EXTERNAL[name].metrics, *WRITING))
        _write(report, options)
    return gate.PASSED


def run_gate(options: Options, baseline_file: Path | None, rules_file: Path | None) -> int:
    """Run the seeds, or one's own cases, and hold them to the thresholds and the baseline; the gate's exit code.

    The thresholds made for the seeds let pass what no case of one's own concerns.
    """
    rules = gate.load_rules(rules_file or gate.GATE)
    stored = _stored(options, baseline_file)
    report = run_seeds(options)
    _write(report, options)
    result = gate.judge(report, rules, stored, lenient=rules_file is None and cases_are_own(options))
    terminal.print_gate(result)
    return result.exit_code


def write_rules(options: Options, file: Path) -> int:
    """Write thresholds for these cases to start from, without running any."""
    template.write(seeds_cases(options.cases, options.only), file)
    terminal.say(f"Wrote {file}. Set its bounds, then run `groundline eval gate --rules {file}` with the same cases.")
    return gate.PASSED


def _stored(options: Options, file: Path | None) -> "baseline.Baseline | gate.Line":
    """The baseline to compare with; for one's own cases that have none yet, the line that says so."""
    if file is None and cases_are_own(options) and options.cases is not None:
        file = baseline_beside(options.cases)
        if not file.exists():
            what = f"none at {file.name}; `groundline eval baseline` with the same cases writes one"
            return gate.Line(holds=None, what="baseline", detail=what)
    return baseline.read(file or baseline.BASELINE)


def _baseline_file(options: Options) -> Path:
    """Where a baseline goes that nobody named a file for. Raises EvalError rather than write over that of the seeds."""
    if cases_are_own(options) and options.cases is not None and not options.only:
        return baseline_beside(options.cases)
    if is_the_seeds(options):
        return baseline.BASELINE
    raise EvalError(
        "A baseline is of all cases over their documents; this run is of some cases, or of other documents.",
        "Name a file with --to, and give it to `groundline eval gate` with --baseline.",
    )


def run_baseline(options: Options, to: Path | None) -> int:
    """Run the seeds, or one's own cases, and store what every case scored."""
    file = to or _baseline_file(options)
    report = run_seeds(options)
    if report.count("error"):
        raise EvalError(f"{report.count('error')} cases ended with an error: this is no baseline.", "Run `groundline eval` to see them.")
    baseline.write(baseline.from_report(report), file)
    terminal.say(f"Wrote {file}: {len(report.cases)} cases.")
    return gate.PASSED


def run_mutate(corpus: Path | None, show: tuple[str, ...]) -> int:
    """Print kills per operator and false alarms per edit; `show` names operators whose other mutants are listed."""
    known = [operator.name for operator in OPERATORS]
    unknown = [name for name in show if name not in known]
    if unknown:
        raise EvalError(f"There is no operator {', '.join(unknown)}.", f"Operators: {', '.join(known)}.")
    mutants = mutate(read_documents(corpus or Settings().corpus))
    terminal.print_tallies(tally(mutants))
    for mutant in mutants:
        if mutant.operator in show and _unexpected(mutant):
            terminal.say(f"{mutant.operator}, {mutant.outcome}: {mutant.after} ({mutant.why or 'nothing found'}) from: {mutant.before}")
    return gate.PASSED


def side_by_side(run: Callable[[Options], Report], options: Options) -> Report:
    """The report of a run; where a language model writes, with the extractive run over the same cases beside it."""
    if not _written(options):
        return run(options)
    written = run(options)  # first: a name that is none is told at once
    return written.model_copy(update={"beside": run(replace(options, llm=EXTRACTIVE))})


def _written(options: Options) -> bool:
    """Whether a language model writes: by the options, or by the environment."""
    chosen = Settings().llm if options.llm is None else options.llm
    return not isinstance(chosen, str) or chosen.strip() not in ("", EXTRACTIVE)


def _writer(stack: ExitStack, options: Options, settings: Settings) -> "LLM | None":
    """The language model that writes, to be closed with the stack where it was opened here."""
    chosen = Settings().llm if options.llm is None else options.llm
    if not isinstance(chosen, str):
        return checked_llm(chosen)
    made = make_llm(chosen, settings)
    if made is not None:
        stack.callback(close_llm, made)
    return made


def run_seeds(options: Options) -> Report:
    """The seeds suite, or the cases and corpus that the options name instead."""
    corpus = options.corpus or Settings().corpus
    cases = seeds_cases(options.cases, options.only, corpus)
    if not cases_are_own(options) and corpus.resolve() != SEEDS.resolve():
        try:
            check_all_gold(cases, corpus)
        except CaseError as error:
            raise EvalError(f"The project's own cases are not about {corpus}: {error}", "Name yours with --cases.") from error
    return _evaluate(suite_name(options), cases, corpus, options)


def run_external(name: str, options: Options) -> Report:
    """A public set of questions, whose data must be there."""
    suite = EXTERNAL[name]
    corpus = _home(options) / "eval" / name / "corpus"
    return _evaluate(name, suite.prepare(data_folder(options) or Path(), corpus, options.all), corpus, options)


def _run_summedits(options: Options) -> None:
    reason = missing(summedits.NEEDS, data_folder(options))
    if reason:
        _not_run("summedits", summedits.TITLE, reason)
        return
    data = data_folder(options) or Path()
    results: list[summedits.DomainResult] = []
    for split in ("evaluation", "test"):
        with terminal.ProgressBar(f"Judging summedits {split}") as bar:
            results += summedits.run(data, split, bar)
    terminal.print_domains(results)


def _not_run(name: str, title: str, reason: str) -> None:
    terminal.say(f"Not run: {name} ({title}): {reason}. docs/evaluation.md says where the data comes from.")


def data_folder(options: Options) -> Path | None:
    """The folder of public data: `--data`, or the environment's."""
    named = os.environ.get(DATA_VARIABLE)
    return options.data or (Path(named) if named else None)


def _evaluate(suite: str, cases: tuple[Case, ...], corpus: Path, options: Options) -> Report:
    model = MiniLM()
    names = sorted({case.corpus for case in cases if case.corpus})
    folders = [corpus, *(CORPORA / name for name in names)]
    with ExitStack() as stack:
        # A model that fails is a finding about the case; quotes in its place would be judged as if it had written them.
        settings = Settings(llm=EXTRACTIVE, on_failure="error")
        llm = _writer(stack, options, settings)
        engine, *others = (_open(stack, folder, options, settings, model, llm) for folder in folders)
        bar = stack.enter_context(terminal.ProgressBar(f"Asking {suite}, answers by {engine.llm_name}"))
        finished = _out(suite, options) / ("finished.jsonl" if llm is None else "finished-model.jsonl")
        return evaluate(
            cases,
            engine,
            options.jobs,
            corpus=corpus,
            variants=dict(zip(names, others, strict=True)),
            suite=suite,
            model=model.fingerprint,
            finished=finished,
            progress=bar,
        )


def _open(stack: ExitStack, corpus: Path, options: Options, settings: Settings, model: MiniLM, llm: "LLM | None") -> Engine:
    with terminal.ProgressBar(f"Indexing {corpus}") as bar:

        def told(state: Progress) -> None:
            bar(state.done, state.total)

        engine = open_corpus(corpus, home=_home(options), settings=settings, embed_model=model, llm=llm, progress=told)
    engine.retrieve("warm")  # loading the model and the index is no part of a question's time
    return stack.enter_context(engine)


def _write(report: Report, options: Options) -> None:
    paths: Iterable[Path] = write_report(report, _out(report.suite, options))
    terminal.say("Wrote " + ", ".join(map(str, paths)))


def _home(options: Options) -> Path:
    return options.home or Settings().home


def _out(suite: str, options: Options) -> Path:
    return options.out or _home(options) / "eval" / suite


def _unexpected(mutant: Mutant) -> bool:
    kind = next(operator.kind for operator in OPERATORS if operator.name == mutant.operator)
    return mutant.outcome != ("noticed" if kind == "break" else "passed")
