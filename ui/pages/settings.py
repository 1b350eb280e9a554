"""What is in force, where it came from, and how the installation is."""

import os
from collections.abc import Mapping
from pathlib import Path

from rag.config import Settings
from ui import rights
from ui.markup import Markup
from ui.registry import Call, Page, Room, Wish

_HERE = Path(__file__).parent
# Where keys and passwords are looked for; anything else in the environment whose name says that it is one is not ours to list.
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GROUNDLINE_LLM_KEY", "GROUNDLINE_AUTH")
_ICON = Markup('<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>')


def calls(room: Room) -> Mapping[str, Call]:
    """`show`: the page, looked at anew each time."""

    def show(wish: Wish) -> str:
        from rag.doctor import examine, in_force
        from ui.pages import settings_view

        rights.check(wish, "admin")
        engine = room.engine
        settings = engine.settings if engine is not None else Settings()
        settings = settings.model_copy(update={"corpus": room.corpus, "home": room.home})
        variables = {name: bool(os.environ.get(name, "").strip()) for name in KEYS}
        return settings_view.page(in_force(settings), examine(settings), variables)

    return {"show": show}


PAGE = Page("settings", "Settings", _ICON, calls=calls, scripts=(_HERE / "settings.js",), styles=(_HERE / "settings.css",), needs="admin")
