"""The window's assembly: a Gradio page that holds our own markup and script, on a small web server of our own.

Nothing is decided here: the pages' calls go over `ui.wire` to `ui.desk` and `ui.pages`.
"""

import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import CorpusEmpty, SettingsError
from ui import shell, wire
from ui.desk import Desk
from ui.gradio_import import load_gradio
from ui.pages import PAGES
from ui.registry import Page, Room, Stream

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI, Request

    from rag.engine import Engine
    from rag.ingest import Report

HOST = "127.0.0.1"
PORTS_TRIED = 100


def application(room: Room, pages: tuple[Page, ...] = PAGES) -> "FastAPI":
    """The web application that serves the window, to this machine only, with headers that keep it from reaching any other host."""
    load_gradio()
    import gradio as gr
    from fastapi import FastAPI
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    app = FastAPI(title="Groundline", docs_url=None, redoc_url=None, openapi_url=None)

    # A page elsewhere that points a name of its own at 127.0.0.1 must not read the documents.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    app.add_middleware(wire.Guard)

    desk = Desk(room)
    calls = dict(desk.calls())
    streams: dict[str, Stream] = {}
    for page in pages:
        calls |= {f"{page.name}.{key}": call for key, call in page.calls(room).items()}
        streams |= {f"{page.name}.{key}": stream for key, stream in page.streams(room).items()}
        if page.routes is not None:
            page.routes(app, room)
    wire.attach(app, calls, streams, _visitor)
    gr.mount_gradio_app(
        app,
        _blocks(pages),
        path="/",
        server_name=HOST,
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


def _visitor(request: "Request") -> str:
    return ""


def _blocks(pages: tuple[Page, ...]) -> "gr.Blocks":
    """The page as a Gradio application: one component that holds our own markup and script."""
    load_gradio()
    import gradio as gr

    page = gr.Blocks(title="Groundline", analytics_enabled=False, fill_width=True, fill_height=True)
    with page:
        gr.HTML(html_template=shell.html(pages), js_on_load=shell.script(pages), apply_default_css=False)
    return page


def _theme() -> "gr.themes.Base":
    """System fonts only; of the colours just the page's ground, which shows before colours.css does."""
    load_gradio()
    import gradio as gr

    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    return theme.set(body_background_fill="#f5f2ec", body_background_fill_dark="#141619")


def take_port(port: int) -> socket.socket:
    """Listen on the wanted port of this machine, or on the next free one. Raises SettingsError when none is free."""
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
            listener.listen()
        except (OSError, OverflowError):
            listener.close()
            continue
        return listener
    raise SettingsError(f"No port from {port} on is free on {HOST}.", "Choose another with --port.")


def serve(
    corpus: Path,
    home: Path | None = None,
    *,
    port: int = 7860,
    open_browser: bool = True,
    progress: "Report | None" = None,
    say: Callable[[str], None] = print,
) -> None:
    """Open the corpus and its window at 127.0.0.1 until Ctrl-C. Raises GroundlineError when the corpus cannot be opened.

    An empty corpus opens a window that says what to do. `say` receives the address, and the port when another one was taken.
    """
    listener = take_port(port)
    try:
        room = open_room(corpus, home, progress)
        try:
            taken = listener.getsockname()[1]
            if port and taken != port:
                say(f"Port {port} is taken; using {taken}.")
            address = f"http://{HOST}:{taken}"
            run(application(room), listener, lambda: _announce(address, open_browser, say))
        finally:
            room.close()
    finally:
        listener.close()


def open_room(corpus: Path, home: Path | None = None, progress: "Report | None" = None) -> Room:
    """Open the corpus for the window; an empty one is opened later, when it holds something."""
    from rag import open_corpus
    from rag.config import Settings

    place = home or Settings().home

    def engine() -> "Engine":
        return open_corpus(corpus, home=place, progress=progress)

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

    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="on")
    try:
        Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        return
