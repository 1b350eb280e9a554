"""What a visitor may do in the window."""

from rag.errors import GroundlineError
from ui.registry import Wish

_FORBIDDEN = {"ask": "ask", "read": "read the documents", "admin": "change things or look behind them"}


def check(wish: Wish, scope: str) -> None:
    """Raises GroundlineError where the visitor's scopes do not hold this one."""
    if scope not in wish.scopes:
        held = " and ".join(name for name in ("ask", "read") if name in wish.scopes)
        raise GroundlineError(f"You may {held} here, but not {_FORBIDDEN[scope]}.", "Ask whoever runs Groundline for the right.")
