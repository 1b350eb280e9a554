"""What a visitor may do on these pages."""

from rag.errors import GroundlineError
from ui.registry import Wish


def check(wish: Wish, scope: str) -> None:
    """Raises GroundlineError where the visitor's scopes do not hold this one."""
    if scope not in wish.scopes:
        raise GroundlineError("You may ask and read here, but not change things or look behind them.", "Ask who runs Groundline.")
