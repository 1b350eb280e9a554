"""The window's wiring: a Gradio page whose script calls three functions here, on a small web server of our own.

Nothing is decided here: questions go to the engine, what comes back goes through `ui.render` and `ui.panel`.
"""

import socket
import threading
import webbrowser
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from rag.errors import CorpusEmpty, GroundlineError, QuestionError, ReadError, SettingsError
from rag.readers import hash_file
from rag.schema import Answer, Document, Frozen, SourceInfo
from ui import panel, render
from ui.gradio_import import load_gradio

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI, Request, Response

    from rag.ingest import Report

HOST = "127.0.0.1"
PORTS_TRIED = 100
EXAMPLES = 6
STYLES = ("colours.css", "style.css", "turn.css", "source.css")
_HERE = Path(__file__).parent

# The page may load and call only what this server serves: no other host, whatever a document or an answer contains.
# Gradio compiles its components' scripts in the page, hence 'unsafe-eval'; its config stands inline.
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Engine(Protocol):
    """What the window needs of `rag.Engine`."""

    corpus: Path

    def ask(self, question: str) -> Answer: ...
    def sources(self) -> tuple[SourceInfo, ...]: ...
    def document(self, path: str) -> Document | None: ...
    def examples(self, n: int) -> tuple[str, ...]: ...
    def close(self) -> None: ...


class Question(Frozen):
    """What the page sends when somebody asks."""

    question: str


class Welcome(Frozen):
    """The parts of the page before the first question, as HTML; not `ready` when there is nothing to ask."""

    ready: bool
    corpus: str
    welcome: str
    documents: str


class Desk:
    """The window's three calls, each from plain data to HTML. Errors of the engine become a message and a hint."""

    def __init__(self, engine: Engine | None, name: str, trouble: GroundlineError | None = None) -> None:
        self._engine = engine
        self._name = name
        self._trouble = trouble

    def welcome(self) -> Welcome:
        """What the page shows first: the corpus, example questions, the documents; or why there is nothing to ask."""
        if self._engine is None:
            trouble = self._trouble or CorpusEmpty("There is nothing to ask.")
            return Welcome(ready=False, corpus=render.corpus_line(self._name, ()), welcome=render.empty(trouble), documents="")
        try:
            sources = self._engine.sources()
            examples = self._engine.examples(EXAMPLES)
        except GroundlineError as error:
            return Welcome(ready=False, corpus="", welcome=render.problem(error), documents="")
        corpus = render.corpus_line(self._name, sources)
        return Welcome(ready=True, corpus=corpus, welcome=render.welcome(examples), documents=render.documents(sources))

    def ask(self, question: str) -> str:
        """Ask, and render the turn."""
        if self._engine is None:
            return render.failed(question, self._trouble or CorpusEmpty("There is nothing to ask."))
        try:
            return render.turn(self._engine.ask(question))
        except GroundlineError as error:
            return render.failed(question, error)

    def locate(self, view: panel.View) -> str:
        """Show a document at a quote."""
        try:
            document = self._engine.document(view.path) if self._engine else None
        except GroundlineError as error:
            return render.problem(error)
        if self._engine is None or document is None:
            return panel.gone(view)
        return panel.source(view, document, changed=_changed(self._engine.corpus, document))


def _changed(corpus: Path, document: Document) -> bool:
    try:
        return hash_file(corpus / document.path) != document.sha256
    except ReadError:
        return True


def build(desk: Desk) -> "gr.Blocks":
    """The page as a Gradio application: one component that holds our own markup and script."""
    load_gradio()
    import gradio as gr

    def welcome(_: dict[str, Any]) -> dict[str, Any]:
        return desk.welcome().model_dump()

    def ask(data: dict[str, Any]) -> str:
        try:
            return desk.ask(Question.model_validate(data).question)
        except ValidationError:
            return render.failed("", QuestionError("The question is not text.", "Type a question and press Enter."))

    def locate(data: dict[str, Any]) -> str:
        try:
            return desk.locate(panel.View.model_validate(data))
        except ValidationError:
            return render.problem(GroundlineError("This is not a link to a citation.", "Open the citation from an answer."))

    page = gr.Blocks(title="Groundline", analytics_enabled=False, fill_width=True, fill_height=True)
    with page:
        gr.HTML(
            html_template=(_HERE / "shell.html").read_text("utf-8"),
            js_on_load=(_HERE / "script.js").read_text("utf-8"),
            apply_default_css=False,
            server_functions=[welcome, ask, locate],
        )
    return page


def application(blocks: "gr.Blocks") -> "FastAPI":
    """The web application that serves the page, to this machine only, with headers that keep it from reaching any other host."""
    load_gradio()
    import gradio as gr
    from fastapi import FastAPI
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    app = FastAPI(title="Groundline", docs_url=None, redoc_url=None, openapi_url=None)

    # A page elsewhere that points a name of its own at 127.0.0.1 must not read the documents.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])

    @app.middleware("http")
    async def guard(request: "Request", call_next: "Callable[[Request], Awaitable[Response]]") -> "Response":
        response = await call_next(request)
        response.headers.update(_HEADERS)
        return response

    style = "".join((_HERE / name).read_text("utf-8") for name in STYLES)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        server_name=HOST,
        theme=_theme(),
        head=f"<style>{style}</style>",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        max_file_size=0,
    )
    return app


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
        desk, engine = _open(corpus, home, progress)
        try:
            taken = listener.getsockname()[1]
            if port and taken != port:
                say(f"Port {port} is taken; using {taken}.")
            address = f"http://{HOST}:{taken}"
            run(application(build(desk)), listener, lambda: _announce(address, open_browser, say))
        finally:
            if engine is not None:
                engine.close()
    finally:
        listener.close()


def _open(corpus: Path, home: Path | None, progress: "Report | None") -> tuple[Desk, Engine | None]:
    from rag import open_corpus

    name = corpus.resolve().name
    try:
        engine = open_corpus(corpus, home=home, progress=progress)
    except CorpusEmpty as empty:
        return Desk(None, name, empty), None
    return Desk(engine, name), engine


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
