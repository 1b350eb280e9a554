"""What a caller of a door may do."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ui.access import CALLER, Caller, Refused

if TYPE_CHECKING:
    from fastapi import Request


def may(scope: Any, wanted: str) -> bool:
    """Whether the caller of an ASGI scope may do what is wanted. Who did not come through the gate may nothing."""
    caller = scope.get(CALLER)
    return isinstance(caller, Caller) and wanted in caller.scopes


def check_scope(scope: Any, wanted: str) -> None:
    """Raises Refused (403) when the caller may not."""
    if may(scope, wanted):
        return
    caller = scope.get(CALLER)
    if isinstance(caller, Caller) and not caller.is_key:
        raise Refused(403, f"You lack the right {wanted}.", f"Whoever runs Groundline gives it with --rights NAME={wanted}.")
    raise Refused(403, f"This key lacks the scope {wanted}.", f"Make one with `groundline keys new NAME --scope {wanted}`.")


def needs(wanted: str) -> "Callable[[Request], Awaitable[None]]":
    """`check_scope` for a route of FastAPI."""
    from fastapi import Request

    async def check(request: Request) -> None:
        check_scope(request.scope, wanted)

    return check
