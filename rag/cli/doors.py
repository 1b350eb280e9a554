"""What `chat` is told about who may come in, the keys of programs, and the MCP server on standard input and output."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from rag.cli.choice import Writing, choose
from rag.cli.terminal import console, print_json, safe
from rag.errors import SettingsError

if TYPE_CHECKING:
    from rag.config import Settings
    from ui.access import Access


class Entry(NamedTuple):
    """What the options of `chat` say about who may come in."""

    host: str = "127.0.0.1"
    auth: str | None = None
    auth_file: Path | None = None
    trust_header: str = ""
    trusted_proxies: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    api_keys: bool = False
    rights: tuple[str, ...] = ()


TO_THIS_MACHINE = Entry()


def choose_access(entry: Entry, settings: "Settings") -> "Access":
    """Who may come in. Raises SettingsError for an option that cannot be used, or when strangers could come in."""
    from ui.access import Access, read_people, read_rights
    from ui.doors.keys import KeyStore

    people: dict[str, str] = {}
    if entry.auth_file is not None:
        people |= read_people(_contents(entry.auth_file), str(entry.auth_file))
    if entry.auth:
        people |= read_people(entry.auth, "--auth (or GROUNDLINE_AUTH)")
    keys = KeyStore(settings.home) if entry.api_keys else None
    return Access(
        host=entry.host,
        names=entry.allow_hosts,
        people=people,
        header=entry.trust_header,
        proxies=entry.trusted_proxies,
        keys=keys,
        rights=read_rights(entry.rights),
    )


def _contents(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file {file} of --auth-file cannot be read: {error}", "Give a file of lines USER:PASSWORD.") from error


def run_keys_new(name: str, scopes: list[str], home: Path | None, as_json: bool) -> None:
    """Make a key and print it, this once."""
    from ui.doors.keys import KeyStore

    made = KeyStore(choose(None, home, need_corpus=False).home).new(name, scopes)
    if as_json:
        print_json(made)
        return
    console().print(f"Key {made.id} ({', '.join(made.scopes)}). It is shown this once; only its hash is kept:")
    print(made.key)


def run_keys_list(home: Path | None, as_json: bool) -> None:
    """Print the keys that are in force."""
    from ui.doors.keys import KeyStore

    keys = KeyStore(choose(None, home, need_corpus=False).home).listed()
    if as_json:
        print_json(*keys, as_list=True)
        return
    out = console()
    for key in keys:
        out.print(Text(safe(f"{key.id}  {key.created[:10]}  {','.join(key.scopes):<14}  {key.name}")))
    if not keys:
        out.print("There are no keys; `groundline keys new NAME --scope ask` makes one.")


def run_keys_revoke(id: str, home: Path | None) -> None:
    """Take a key out of force."""
    from ui.doors.keys import KeyStore

    key = KeyStore(choose(None, home, need_corpus=False).home).revoke(id)
    console().print(Text(safe(f"Key {key.id} ({key.name}) is not in force any more.")))


def run_mcp(corpus: Path | None, home: Path | None, writing: Writing) -> None:
    """Serve one MCP client over standard input and output until it goes."""
    settings = choose(corpus, home, writing=writing)
    from rag import open_corpus
    from ui.doors.mcp import run_stdio
    from ui.doors.metrics import Metrics
    from ui.doors.service import Service

    with open_corpus(settings.corpus, settings=settings) as engine:
        run_stdio(Service(lambda: engine, Metrics()))
