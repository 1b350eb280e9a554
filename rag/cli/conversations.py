"""`groundline conversations`: what was asked before, to read, keep or delete."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from rag.cli.frame import frame

app = typer.Typer(
    name="conversations",
    help="List, show, export, rename and delete stored conversations.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

Id = Annotated[str, typer.Argument(metavar="ID", help="As `conversations list` shows it; its first characters are enough.")]
Owner = Annotated[str, typer.Option("--owner", metavar="NAME", help="Whose conversations; by default those of this machine's own user.")]
Home = Annotated[
    Path | None, typer.Option("--home", metavar="DIR", help="Folder that they are kept in. [default: GROUNDLINE_HOME, or .groundline]")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]


@app.command(name="list")
def list_(
    search: Annotated[str, typer.Option("--search", metavar="WORDS", help="Only those whose title, questions or answers hold them.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most that are listed.")] = 50,
    skip: Annotated[int, typer.Option("--skip", min=0, help="How many of the newest are left out.")] = 0,
    owner: Owner = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """List conversations, the newest first."""
    with frame():
        from rag.cli.talks import run_list

        run_list(home, owner, search, limit, skip, json)


@app.command()
def show(id: Id, owner: Owner = "", home: Home = None, json: Json = False) -> None:
    """Show a conversation with its answers and citations."""
    with frame():
        from rag.cli.talks import run_show

        run_show(home, owner, id, json)


@app.command()
def export(
    id: Id,
    form: Annotated[Literal["markdown", "json"], typer.Option("--format", help="For people, or to be read again.")] = "markdown",
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Write there; by default, standard output.")] = None,
    owner: Owner = "",
    home: Home = None,
) -> None:
    """Write a conversation as Markdown or JSON."""
    with frame():
        from rag.cli.talks import run_export

        run_export(home, owner, id, form, to)


@app.command()
def rename(
    id: Id,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="The new title; empty is the first question again.")],
    owner: Owner = "",
    home: Home = None,
) -> None:
    """Give a conversation another title."""
    with frame():
        from rag.cli.talks import run_rename

        run_rename(home, owner, id, title)


@app.command()
def delete(id: Id, owner: Owner = "", home: Home = None) -> None:
    """Delete a conversation for good."""
    with frame():
        from rag.cli.talks import run_delete

        run_delete(home, owner, id)
