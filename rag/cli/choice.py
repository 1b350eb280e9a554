"""What a command works on: the corpus and home from its options, the environment or the defaults."""

import sys
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from rag.config import Settings
from rag.errors import CorpusNotFound, QuestionError, SettingsError


class Writing(NamedTuple):
    """What the options of `ask` and `chat` say about who writes and who judges; None leaves it to the environment."""

    llm: str | None = None
    on_unsupported: str | None = None
    judge: str | None = None
    reranker: str | None = None


NOTHING_SAID = Writing()


def choose(corpus: Path | None, home: Path | None, need_corpus: bool = True, writing: Writing = NOTHING_SAID) -> Settings:
    """The settings of a command. Raises SettingsError for a value that cannot be used, CorpusNotFound when the folder is missing."""
    options: dict[str, Any] = {"corpus": corpus, "home": home, **writing._asdict()}
    given = {name: value for name, value in options.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "GROUNDLINE_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"The setting {name} cannot be used: {first['msg']}.", "docs/settings.md lists what each one takes.") from error
    if need_corpus and not settings.corpus.is_dir():
        from rag.readers import FORMATS

        what = "is not a folder" if settings.corpus.exists() else "does not exist"
        where = "" if settings.corpus.is_absolute() else f" (looked for in {Path.cwd()})"
        raise CorpusNotFound(
            f"The folder of documents {settings.corpus} {what}{where}.",
            f"Name a folder of documents ({FORMATS}) with --corpus DIR, or set GROUNDLINE_CORPUS.",
        )
    return settings


def read_question(argument: str) -> str:
    """The question as given, or from standard input for `-`. Raises QuestionError when it is not text in UTF-8."""
    try:
        if argument == "-":
            return sys.stdin.buffer.read().decode("utf-8").strip()
        argument.encode("utf-8")
    except UnicodeError as error:
        raise QuestionError("The question is not text in UTF-8.", "Check the terminal's encoding.") from error
    return argument
