"""Who is at the window: what they may do, and the name of somebody who has logged in by the login page, and so may log out."""

from collections.abc import Mapping
from pathlib import Path

from ui.registry import Call, Page, Room, Wish

_HERE = Path(__file__).parent


def calls(room: Room) -> Mapping[str, Call]:
    """`who`: the scopes, and the name, empty for everybody whom no login page let in."""

    def who(wish: Wish) -> dict[str, object]:
        return {"name": wish.logged_in, "scopes": sorted(wish.scopes)}

    return {"who": who}


PAGE = Page("account", calls=calls, scripts=(_HERE / "account.js",), styles=(_HERE / "account.css",))
