"""What the command line says about a run."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


@dataclass(frozen=True)
class Options:
    """The options that several commands share; None is the default.

    `llm` is who writes: a name that `rag.providers.make_llm` takes or, from Python, a LlamaIndex language model.
    """

    cases: Path | None = None
    only: tuple[str, ...] = ()
    corpus: Path | None = None
    home: Path | None = None
    out: Path | None = None
    jobs: int = 1
    llm: "LLM | str | None" = None
    data: Path | None = None
    all: bool = False
