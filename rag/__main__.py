"""The command line: `groundline`, or `python -m rag`. Each command imports what it runs, when it runs."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from eval.cli import app as eval_app
from rag.cli.conversations import app as conversations_app
from rag.cli.frame import ABSTAINED, ANSWERED, FAILED, INTERRUPTED, Program, frame
from rag.cli.keys import app as keys_app

app = Program(
    name="groundline",
    epilog="Exit codes: 0 answered or done, 3 abstained, 2 wrong use, 1 failure.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

app.add_typer(eval_app, name="eval", short_help="Measure whether answers stay grounded.")
app.add_typer(keys_app, name="keys")
app.add_typer(conversations_app, name="conversations")

Corpus = Annotated[Path | None, typer.Option("--corpus", metavar="DIR", help="Folder of documents. [default: GROUNDLINE_CORPUS, or seeds]")]
Home = Annotated[
    Path | None, typer.Option("--home", metavar="DIR", help="Folder that indexes are kept in. [default: GROUNDLINE_HOME, or .groundline]")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]

Llm = Annotated[
    str | None,
    typer.Option(
        "--llm",
        metavar="MODEL",
        help="Who writes: extractive, openai:MODEL, anthropic:MODEL, ollama:MODEL, openai-compatible:MODEL@URL or llamacpp:FILE.gguf. "
        "[default: GROUNDLINE_LLM, or extractive]",
    ),
]
Unsupported = Annotated[
    Literal["mark", "drop", "fallback"] | None,
    typer.Option(
        "--on-unsupported",
        help="What becomes of a model's unsupported sentences: marked, taken out and named, or quotes instead. "
        "[default: GROUNDLINE_ON_UNSUPPORTED, or mark]",
    ),
]
Judge = Annotated[
    Literal["off", "llm"] | None,
    typer.Option("--judge", help="A second opinion of the model beside each verdict. [default: GROUNDLINE_JUDGE, or off]"),
]
Reranker = Annotated[
    str | None,
    typer.Option(
        "--reranker", metavar="NAME", help="Puts passages in another order first: fastembed:MODEL. [default: GROUNDLINE_RERANKER, or none]"
    ),
]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        try:
            typer.echo(f"groundline {metadata.version('groundline')}")
        except metadata.PackageNotFoundError:
            typer.echo("groundline, run from its folder and not installed")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")] = False,
) -> None:
    """Ask a folder of documents; every answer cites the exact characters that support it."""


@app.command()
def ingest(corpus: Corpus = None, home: Home = None, json: Json = False) -> None:
    """Index what changed in the corpus."""
    with frame():
        from rag.cli.commands import run_ingest

        run_ingest(corpus, home, json)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to ask; - reads it from standard input.")],
    llm: Llm = None,
    on_unsupported: Unsupported = None,
    judge: Judge = None,
    reranker: Reranker = None,
    history: Annotated[
        Path | None,
        typer.Option("--history", metavar="FILE.json", help="Earlier messages that the question follows: role and content, or an export."),
    ] = None,
    corpus: Corpus = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Answer a question, citing the exact text.

    Where the documents do not support an answer, say so and show the nearest passages (exit code 3).
    """
    with frame():
        from rag.cli.choice import Writing
        from rag.cli.commands import run_ask

        answered = run_ask(question, corpus, home, json, Writing(llm, on_unsupported, judge, reranker), history)
    raise typer.Exit(ANSWERED if answered else ABSTAINED)


@app.command()
def chat(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port; the next free one is used when it is taken.")] = 7860,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on; beyond this machine it demands a password.")
    ] = "127.0.0.1",
    auth: Annotated[
        str | None,
        typer.Option(
            metavar="USER:PASSWORD",
            envvar="GROUNDLINE_AUTH",
            help="Who may come in. Other users of this machine can read a command line, and not the variable.",
        ),
    ] = None,
    auth_file: Annotated[Path | None, typer.Option(metavar="FILE", help="The same for several people: lines of USER:PASSWORD.")] = None,
    rights: Annotated[
        list[str] | None,
        typer.Option(
            metavar="USER=RIGHTS",
            help="What somebody who has logged in may do, as in ada=ask,read; *=ask,read means everybody who is not named. "
            "May be given more than once. [without: everything, which is ask,read,admin]",
        ),
    ] = None,
    trust_header: Annotated[
        str, typer.Option(metavar="NAME", help="Header in which a proxy that logs people in says who it is, such as X-Forwarded-User.")
    ] = "",
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            help="Address or network of a proxy in front; may be given more than once. [with --trust-header: this machine]",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Host name that the window is reached by; may be given more than once.")
    ] = None,
    api_keys: Annotated[bool, typer.Option("--api-keys", help="Programs need a key (`groundline keys new`).")] = False,
    llm: Llm = None,
    on_unsupported: Unsupported = None,
    judge: Judge = None,
    reranker: Reranker = None,
    corpus: Corpus = None,
    home: Home = None,
) -> None:
    """Open the chat window in the browser."""
    with frame():
        from rag.cli.choice import Writing
        from rag.cli.commands import run_chat
        from rag.cli.doors import Entry

        may_do = tuple(rights or ())
        entry = Entry(host, auth, auth_file, trust_header, tuple(trusted_proxy or ()), tuple(allow_host or ()), api_keys, may_do)
        run_chat(corpus, home, port, not no_browser, Writing(llm, on_unsupported, judge, reranker), entry)


@app.command()
def mcp(
    llm: Llm = None,
    on_unsupported: Unsupported = None,
    judge: Judge = None,
    reranker: Reranker = None,
    corpus: Corpus = None,
    home: Home = None,
) -> None:
    """Serve the documents to an MCP client on standard input and output."""
    with frame():
        from rag.cli.choice import Writing
        from rag.cli.doors import run_mcp

        run_mcp(corpus, home, Writing(llm, on_unsupported, judge, reranker))


@app.command()
def sources(corpus: Corpus = None, home: Home = None, json: Json = False) -> None:
    """List the indexed documents and their state."""
    with frame():
        from rag.cli.commands import run_sources

        run_sources(corpus, home, json)


@app.command()
def show(
    place: Annotated[str, typer.Argument(metavar="PATH:START-END", help="Document and first and last character, as citations print them.")],
    corpus: Corpus = None,
    home: Home = None,
) -> None:
    """Show a span in its surroundings.

    Lines are numbered and the span is marked.
    """
    with frame():
        from rag.cli.commands import run_show

        run_show(place, corpus, home)


@app.command()
def verify(
    answer: Annotated[Path | None, typer.Argument(metavar="ANSWER.json", help="Saved output of ask --json; without it, the index.")] = None,
    corpus: Corpus = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Check stored spans against the files.

    Every span and hash of the index, or those of a saved answer, are compared with the files as they are now (exit code 1 and a
    list when one no longer holds).
    """
    with frame():
        from rag.cli.commands import run_verify

        holds = run_verify(answer, corpus, home, json)
    raise typer.Exit(ANSWERED if holds else FAILED)


@app.command()
def repair(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Throw the index away and read all documents again.")] = False,
    corpus: Corpus = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Check the index and mend what is broken."""
    with frame():
        from rag.cli.commands import run_repair

        run_repair(corpus, home, rebuild, json)


@app.command()
def doctor(corpus: Corpus = None, home: Home = None, json: Json = False) -> None:
    """Look at the installation and the index.

    Reports versions, the model's hash, the state of the index and what is missing (exit code 1: a problem).
    """
    with frame():
        from rag.cli.commands import run_doctor

        healthy = run_doctor(corpus, home, json)
    raise typer.Exit(ANSWERED if healthy else FAILED)


def main() -> None:
    """Run the command line and end the process."""
    _secure_streams()
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _secure_streams() -> None:
    """A closed stream becomes one that nobody reads, and a character that the terminal's encoding lacks is written as an escape."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - stays open until the process ends
        else:
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
