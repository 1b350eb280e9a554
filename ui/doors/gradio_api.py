"""What the official `gradio_client` can call of the window: `ask`."""

from pydantic import TypeAdapter, ValidationError

from rag.errors import GroundlineError
from rag.schema import Turn
from ui.access import Refused
from ui.doors.service import AT_ONCE, Service
from ui.doors.tools import told
from ui.gradio_import import load_gradio

_HISTORY = TypeAdapter(tuple[Turn, ...])
_PATHS = TypeAdapter(tuple[str, ...] | None)


def add_ask(service: Service) -> None:
    """Add the endpoint `/ask` to the Gradio page that is being built."""
    load_gradio()
    import gradio as gr

    # A string, because Gradio's client takes every object with a field `path`, such as a citation, for a file that it must fetch.
    async def ask(question: str, history: list[dict[str, str]] | None = None, paths: list[str] | None = None) -> str:
        """The answer from the documents as JSON, with citations and verdicts; history is a list of role and content."""
        try:
            turns = _HISTORY.validate_python(history or ())
            answer = await service.ask(TypeAdapter(str).validate_python(question), turns, _PATHS.validate_python(paths))
        except (GroundlineError, Refused) as error:
            raise gr.Error(told(error), print_exception=False) from error
        except ValidationError as error:
            raise gr.Error("What was sent is not a question with a history and paths.", print_exception=False) from error
        return answer.model_dump_json()

    gr.api(ask, api_name="ask", concurrency_limit=AT_ONCE)  # type: ignore[attr-defined]
