"""What a caller of a door may do."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ui.access import CALLER, Caller, Refused

if TYPE_CHECKING:
    from fastapi import Request


def check_scope(scope: Any, wanted: str) -> None:
    """Raises Refused (403) when the caller of an ASGI scope may not do what is wanted; nobody came through the gate: nobody may."""
    caller = scope.get(CALLER)
    if not isinstance(caller, Caller) or wanted not in caller.scopes:
        raise Refused(403, f"This key lacks the scope {wanted}.", f"Make one with `groundline keys new --scope {wanted}`.")


def needs(wanted: str) -> "Callable[[Request], Awaitable[None]]":
    """`check_scope` for a route of FastAPI."""
    from fastapi import Request

    async def check(request: Request) -> None:
        check_scope(request.scope, wanted)

    return check
