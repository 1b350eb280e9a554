"""What each command does: open what it needs, run it, print the outcome. Notes go to standard error."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from rag.cli.choice import NOTHING_SAID, Writing, choose, read_question
from rag.cli.doors import TO_THIS_MACHINE, Entry, choose_access
from rag.cli.terminal import ProgressBar, console, counted, error_console, print_json, print_whole, safe

if TYPE_CHECKING:
    from rag.config import Settings
    from rag.engine import Engine
    from rag.schema import IngestReport


def run_ingest(corpus: Path | None, home: Path | None, as_json: bool) -> None:
    """Index what changed and print the report."""
    settings = choose(corpus, home)
    from rag.cli.tables import print_ingest
    from rag.embed import MiniLM
    from rag.ingest import ingest

    with ProgressBar() as bar:
        report = ingest(settings.corpus, settings.home, MiniLM(), settings, bar)
    if as_json:
        print_json(report)
    else:
        print_ingest(console(), report)


def run_ask(
    question: str, corpus: Path | None, home: Path | None, as_json: bool, writing: Writing = NOTHING_SAID, history: Path | None = None
) -> bool:
    """Ask, after the messages of a file where one is given, and print the answer; whether it was answered."""
    from rag.cli.talks import read_history

    settings = choose(corpus, home, writing=writing)
    from rag.engine import checked

    text, turns = checked(read_question(question), settings.max_question_chars), read_history(history)
    with closing(_open(settings)) as engine:
        _print_notes(engine)
        answer = engine.ask(text, history=turns)
        notes = engine.notes
    if notes:
        from rag.cli.tables import print_notes

        print_notes(error_console(), notes)
    if as_json:
        print_json(answer)
    else:
        from rag.cli.answers import print_answer

        print_answer(console(), answer)
    return answer.status == "answered"


def run_chat(
    corpus: Path | None, home: Path | None, port: int, open_browser: bool, writing: Writing = NOTHING_SAID, entry: Entry = TO_THIS_MACHINE
) -> None:
    """Open the window until Ctrl-C."""
    settings = choose(corpus, home, writing=writing)
    access = choose_access(entry, settings)
    from rag.cli.tables import LISTED, print_left_out
    from ui.app import serve

    bar = ProgressBar()

    def say(text: str) -> None:
        bar.close()
        print(safe(text), flush=True)

    def opened(report: "IngestReport") -> None:
        bar.close()
        if report.skipped:
            print_left_out(error_console(), report.skipped, LISTED)

    with bar:
        serve(
            settings.corpus,
            settings.home,
            settings=settings,
            port=port,
            open_browser=open_browser,
            access=access,
            progress=bar,
            say=say,
            opened=opened,
        )


def run_sources(corpus: Path | None, home: Path | None, as_json: bool) -> None:
    """Print the indexed documents; for people, also the files that are none."""
    settings = choose(corpus, home)
    with closing(_look(settings)) as engine:
        sources = engine.sources()
    if as_json:
        print_json(*sources, as_list=True)
        return
    from rag.cli.tables import print_sources
    from rag.index import open_catalog
    from rag.sources import left_out

    with closing(open_catalog(settings.corpus, settings.home)) as catalog:
        print_sources(console(), sources, left_out(catalog, settings.corpus, settings))


def run_show(place: str, corpus: Path | None, home: Path | None) -> None:
    """Print a span of an indexed document in its surroundings."""
    from rag.cli.passage import parse_place, print_passage
    from rag.errors import PlaceError

    path, start, end = parse_place(place)
    with closing(_look(choose(corpus, home))) as engine:
        document = engine.document(path)
        if document is None:
            raise PlaceError(f"The index has no document {path}.", _near(path, [source.path for source in engine.sources()]))
        passages = engine.passages(path)
        state = next((source.state for source in engine.sources() if source.path == path), "indexed")
    print_passage(console(), document, passages, start, end)
    if state != "indexed":
        what = "has changed since it was indexed" if state == "changed" else "is no longer there"
        print_whole(error_console(), Text(f"Note: the file {what}; this is the text as indexed.", "yellow"))


def run_verify(answer: Path | None, corpus: Path | None, home: Path | None, as_json: bool) -> bool:
    """Check the spans of a saved answer, or of the index, against the files; whether all hold."""
    settings = choose(corpus, home)
    if answer is not None:
        from rag import verify

        checks, what = verify(answer, settings.corpus), "citation"
    else:
        with closing(_look(settings)) as engine:
            checks, what = engine.verify_index(), "span"
    if as_json:
        print_json(*checks, as_list=True)
    else:
        from rag.cli.tables import print_checks

        print_checks(console(), checks, what)
    return all(check.state == "ok" for check in checks)


def run_repair(corpus: Path | None, home: Path | None, rebuild: bool, as_json: bool) -> None:
    """Check the index, mend it, and print what was done."""
    settings = choose(corpus, home)
    from rag.cli.tables import print_ingest
    from rag.embed import MiniLM
    from rag.index import repair

    with ProgressBar() as bar:
        report = repair(settings.corpus, settings.home, MiniLM(), settings, rebuild, bar)
    if as_json:
        print_json(report)
        return
    out = console()
    if rebuild or report.notes:
        print_ingest(out, report)
    else:
        size = f"{counted(report.documents, 'document')}, {counted(report.passages, 'passage')}"
        out.print(f"The index is sound: {size}, generation {report.generation}.")


def run_doctor(corpus: Path | None, home: Path | None, as_json: bool) -> bool:
    """Print what was found; whether nothing is wrong."""
    settings = choose(corpus, home, need_corpus=False)
    from rag.doctor import examine

    diagnosis = examine(settings)
    if as_json:
        print_json(diagnosis)
    else:
        from rag.cli.tables import print_findings

        print_findings(console(), diagnosis.findings)
    return diagnosis.healthy


def _near(path: str, paths: Sequence[str]) -> str:
    """What to do about a document that is not there: one of nearly the same name, or where the names are."""
    from difflib import get_close_matches

    near = get_close_matches(path, paths, 1)
    return f"Is it {near[0]}?" if near else "`groundline sources` lists the documents."


def _open(settings: "Settings") -> "Engine":
    """The corpus, with the settings' language model and reranker."""
    from rag import open_corpus

    with ProgressBar() as bar:
        return open_corpus(settings.corpus, settings=settings, progress=bar)


def _look(settings: "Settings") -> "Engine":
    """The index as it is, to look at: no question is asked, so no model is opened."""
    from rag import open_corpus

    return open_corpus(settings.corpus, settings=settings, llm="extractive", reranker="", update=False)


def _print_notes(engine: "Engine") -> None:
    """Say on standard error what opening the corpus did to the index."""
    report = engine.report
    if report is None:
        return
    from rag.cli.tables import print_notes

    err = error_console()
    done = [f"{len(paths):,} {kind}" for kind in ("added", "changed", "removed") if (paths := getattr(report, kind))]
    if done:
        err.print(f"Indexed first: {', '.join(done)}.", style="dim")
    if report.skipped:
        print_whole(err, Text(f"{counted(len(report.skipped), 'file')} left out; `groundline sources` says which and why.", "dim"))
    print_notes(err, report.notes)
