"""The page's frame: shell.html with the pages' entries and containers put in, and all scripts and styles as one."""

from pathlib import Path

from ui.markup import Markup, element, join
from ui.registry import Page

_HERE = Path(__file__).parent
STYLES = ("colours.css", "frame.css", "side.css", "turn.css", "actions.css", "source.css", "print.css")
SCRIPTS = ("core.js", "back.js", "views.js", "source.js", "ask.js", "behind.js", "conversations.js", "keyboard.js")


def html(pages: tuple[Page, ...]) -> str:
    """The shell, with an entry and an empty container for each page that has a title."""
    shown = [page for page in pages if page.title]
    entries = join([_entry(page) for page in shown])
    views = join([_view(page) for page in shown])
    return (_HERE / "shell.html").read_text("utf-8").replace("<!-- entries -->", entries).replace("<!-- views -->", views)


def script(pages: tuple[Page, ...]) -> str:
    """The window's scripts, which share one scope, then each page's in its own, then the start."""
    own = [(_HERE / "script" / name).read_text("utf-8") for name in SCRIPTS]
    theirs = [f"(() => {{\n{path.read_text('utf-8')}\n}})();" for page in pages for path in page.scripts]
    return "\n".join([*own, *theirs, (_HERE / "script" / "start.js").read_text("utf-8")])


def style(pages: tuple[Page, ...]) -> str:
    """The window's styles, then the pages'."""
    files = [_HERE / "style" / name for name in STYLES] + [path for page in pages for path in page.styles]
    return "".join(path.read_text("utf-8") for path in files)


def _entry(page: Page) -> Markup:
    icon = Markup(f'<svg viewBox="0 0 24 24" aria-hidden="true">{page.icon}</svg>')
    button = element("button", {"type": "button", "data-go": page.name}, icon, element("span", {}, page.title))
    return element("li", {"data-needs": page.needs or None}, button)


def _view(page: Page) -> Markup:
    return element("main", {"class": f"view {page.name}", "data-view": page.name, "aria-label": page.title, "tabindex": -1, "hidden": True})
