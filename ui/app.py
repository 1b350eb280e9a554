"""The window's assembly: a Gradio page that holds our own markup and script, on a small web server of our own.

Nothing is decided here: the pages' calls go over `ui.wire` to `ui.desk` and `ui.pages`.
"""

import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.conversations import Conversations
from rag.errors import CorpusEmpty, SettingsError
from ui import doors, shell, wire
from ui.access import LOOPBACK, Access
from ui.desk import Desk
from ui.gate import Gate
from ui.gradio_import import load_gradio
from ui.history import History
from ui.pages import PAGES
from ui.registry import Page, Room

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

    from rag.config import Settings
    from rag.engine import Engine
    from rag.ingest import Report
    from rag.schema import IngestReport
    from ui.doors.service import Service

PORTS_TRIED = 100


def application(room: Room, pages: tuple[Page, ...] = PAGES, access: Access | None = None) -> "FastAPI":
    """The web application: the window and the doors for programs, behind the gate of `access` (by default, this machine only)."""
    load_gradio()
    import gradio as gr
    from fastapi import FastAPI

    access = access or Access()
    app = FastAPI(title="Groundline", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Gate, access=access)
    service = doors.attach(app, room.open)

    conversations = Conversations(room.home)
    desk = Desk(room, conversations, service.metrics.seen)
    calls = {**desk.calls(), **History(room, conversations).calls()}
    streams = dict(desk.streams())
    for page in pages:
        calls |= {f"{page.name}.{key}": call for key, call in page.calls(room).items()}
        streams |= {f"{page.name}.{key}": stream for key, stream in page.streams(room).items()}
        if page.routes is not None:
            page.routes(app, room)
    wire.attach(app, calls, streams)
    gr.mount_gradio_app(
        app,
        _blocks(pages, service),
        path="/",
        server_name=access.host,
        theme=_theme(),
        head=f"<style>{shell.style(pages)}</style>",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        max_file_size=0,
    )
    return app


def _blocks(pages: tuple[Page, ...], service: "Service") -> "gr.Blocks":
    """The page as a Gradio application: one component that holds our own markup and script, and a call for Gradio's client."""
    load_gradio()
    import gradio as gr

    page = gr.Blocks(title="Groundline", analytics_enabled=False, fill_width=True, fill_height=True)
    with page:
        gr.HTML(html_template=shell.html(pages), js_on_load=shell.script(pages), apply_default_css=False)
        doors.add_ask(service)
    return page


def _theme() -> "gr.themes.Base":
    """System fonts only; of the colours just the page's ground, which shows before colours.css does."""
    load_gradio()
    import gradio as gr

    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    return theme.set(body_background_fill="#f5f2ec", body_background_fill_dark="#141619")


def take_port(port: int, host: str = LOOPBACK) -> socket.socket:
    """Listen on the wanted port of an address of this machine, or on the next free one. Raises SettingsError when none is free."""
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen()
        except (OSError, OverflowError):
            listener.close()
            continue
        return listener
    raise SettingsError(f"No port from {port} on is free on {host}.", "Choose another with --port, or check --host.")


def serve(
    corpus: Path,
    home: Path | None = None,
    *,
    settings: "Settings | None" = None,
    port: int = 7860,
    open_browser: bool = True,
    access: Access | None = None,
    progress: "Report | None" = None,
    say: Callable[[str], None] = print,
    opened: "Callable[[IngestReport], None] | None" = None,
) -> None:
    """Open the corpus and its window until Ctrl-C, for this machine only unless `access` says otherwise.

    Raises GroundlineError when the corpus cannot be opened.

    An empty corpus opens a window that says what to do. `say` receives the address, and the port when another one was taken, `opened`
    what indexing the corpus found.
    """
    access = access or Access()
    listener = take_port(port, access.host)
    try:
        room = open_room(corpus, home, progress, settings)
        try:
            if opened is not None and room.engine is not None and room.engine.report is not None:
                opened(room.engine.report)
            taken = listener.getsockname()[1]
            if port and taken != port:
                say(f"Port {port} is taken; using {taken}.")
            address = f"http://{access.shown_host}:{taken}"
            run(application(room, access=access), listener, lambda: _announce(address, open_browser, say))
        finally:
            room.close()
    finally:
        listener.close()


def open_room(corpus: Path, home: Path | None = None, progress: "Report | None" = None, settings: "Settings | None" = None) -> Room:
    """Open the corpus for the window; an empty one is opened later, when it holds something."""
    from rag import open_corpus
    from rag.config import Settings

    chosen = settings or Settings()
    place = home or chosen.home

    def engine() -> "Engine":
        return open_corpus(corpus, home=place, settings=chosen, progress=progress)

    try:
        return Room(corpus, place, engine(), reopen=engine)
    except CorpusEmpty as empty:
        return Room(corpus, place, None, empty, engine)


def _announce(address: str, open_browser: bool, say: Callable[[str], None]) -> None:
    say(f"Groundline is at {address} (Ctrl-C ends it)")
    if open_browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def run(app: "FastAPI", listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve on an open socket until Ctrl-C, which is a clean end; `ready` is called once requests are taken."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    # Whom a request comes from is for the gate to say: it knows which proxies to believe.
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="on", proxy_headers=False, server_header=False
    )
    try:
        Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        return
