"""Which status each error has, and how it is told: as a problem, or in OpenAI's shape."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from rag import errors
from rag.errors import GroundlineError
from ui.access import Refused
from ui.gate import UNEXPECTED, error_body

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

# The first class that an error is of decides.
STATUSES: tuple[tuple[type[GroundlineError], int], ...] = (
    (errors.QuestionError, 422),
    (errors.PlaceError, 404),
    (errors.CorpusError, 503),
    (errors.IndexLocked, 503),
    (errors.IndexMissing, 503),
    (errors.ModelError, 502),
    (errors.StorageError, 507),
    (errors.SettingsError, 422),
)
RETRY_AFTER = {503: "5"}


def status_of(error: GroundlineError) -> int:
    """The status code of an error."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def refusal(error: GroundlineError) -> Refused:
    """An error of the engine as a refused request."""
    status = status_of(error)
    headers = {"Retry-After": RETRY_AFTER[status]} if status in RETRY_AFTER else {}
    return Refused(status, str(error), error.hint, headers)


def tell_errors(app: "FastAPI", prefix: str) -> None:
    """Give every error of an application the shape of its door, `prefix` being where the application is mounted."""
    from fastapi.exceptions import RequestValidationError
    from starlette.exceptions import HTTPException
    from starlette.responses import Response as Reply

    kind = "application/json" if prefix == "/v1" else "application/problem+json"

    def told(refused: Refused) -> "Response":
        status = 400 if prefix == "/v1" and refused.status == 422 else refused.status  # OpenAI's own code for what cannot be used
        return Reply(error_body(prefix, status, str(refused), refused.hint), status, refused.headers, kind)

    def engine_failed(request: "Request", error: Exception) -> "Response":
        return told(refusal(error) if isinstance(error, GroundlineError) else _unexpected())

    def was_refused(request: "Request", error: Exception) -> "Response":
        return told(error if isinstance(error, Refused) else _unexpected())

    def invalid(request: "Request", error: Exception) -> "Response":
        if request.method == "POST" and "json" not in request.headers.get("content-type", ""):
            return told(Refused(415, "The request does not say that it is JSON.", "Send Content-Type: application/json."))
        return told(_invalid(error.errors()) if isinstance(error, RequestValidationError) else _unexpected())

    def http_error(request: "Request", error: Exception) -> "Response":
        return told(_http(error.status_code, error.headers or {}) if isinstance(error, HTTPException) else _unexpected())

    handlers: tuple[tuple[type[Exception], Callable[[Request, Exception], Response]], ...] = (
        (GroundlineError, engine_failed),
        (Refused, was_refused),
        (RequestValidationError, invalid),
        (HTTPException, http_error),
        (Exception, lambda request, error: told(_unexpected())),
    )
    for kind_of_error, handler in handlers:
        app.add_exception_handler(kind_of_error, handler)


def _invalid(found: object) -> Refused:
    """What is wrong with the first wrong field; what was sent is not repeated."""
    first = found[0] if isinstance(found, list | tuple) and found else {}
    place = ".".join(str(part) for part in first.get("loc", ()) if part != "body")
    message = str(first.get("msg", "It cannot be read"))
    if first.get("type") == "json_invalid":
        return Refused(400, "The request is not JSON.", "Send JSON in UTF-8.")
    return Refused(422, f"{place}: {message}." if place else f"{message}.", "/api/v1/openapi.json says what each door takes.")


def _http(status: int, headers: "dict[str, str] | object") -> Refused:
    hints = {404: "/api/v1/openapi.json lists what there is.", 405: "Use another method.", 400: "Send JSON in UTF-8."}
    kept = dict(headers) if isinstance(headers, dict) else {}
    return Refused(status, f"{HTTPStatus(status).phrase}.", hints.get(status, ""), kept)


def _unexpected() -> Refused:
    return Refused(500, *UNEXPECTED)
