"""`groundline keys`: the keys of programs, which `chat --api-keys` asks for."""

from pathlib import Path
from typing import Annotated

import typer

from rag.cli.frame import frame

app = typer.Typer(
    name="keys", help="Make, list and revoke the API keys of programs.", no_args_is_help=True, add_completion=False, rich_markup_mode=None
)

Home = Annotated[
    Path | None, typer.Option("--home", metavar="DIR", help="Folder that keys are kept in. [default: GROUNDLINE_HOME, or .groundline]")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else on standard output.")]


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(metavar="SCOPE", help="ask, read or admin (everything); may be given more than once.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Make a key; it is shown this once."""
    with frame():
        from rag.cli.doors import run_keys_new

        run_keys_new(name, scope, home, json)


@app.command(name="list")
def list_(home: Home = None, json: Json = False) -> None:
    """List the keys that are in force."""
    with frame():
        from rag.cli.doors import run_keys_list

        run_keys_list(home, json)


@app.command()
def revoke(id: Annotated[str, typer.Argument(metavar="ID", help="As `keys list` shows it.")], home: Home = None) -> None:
    """Take a key out of force, at once."""
    with frame():
        from rag.cli.doors import run_keys_revoke

        run_keys_revoke(id, home)
