"""The first page: what the corpus holds and what may be asked, or why nothing may be."""

import json
from collections.abc import Sequence

from rag.errors import GroundlineError
from rag.schema import SourceInfo
from ui.markup import Markup, element, join
from ui.render.words import count, problem, size


def welcome() -> Markup:
    """What stands before the first question."""
    return element("p", {"class": "lead"}, "Ask a question. Every sentence of the answer shows the exact characters that support it.")


def examples(questions: Sequence[str]) -> Markup:
    """Questions that the documents themselves suggest, to begin with."""
    return _asking("h2", "Questions from these documents", questions)


def suggestions(questions: Sequence[str]) -> Markup:
    """Questions to ask next."""
    return _asking("h3", "The documents also answer", questions)


def _asking(heading: str, words: str, questions: Sequence[str]) -> Markup:
    """A list of questions that ask themselves when they are chosen; nothing where there are none."""
    chips = [
        element("li", {}, element("button", {"type": "button", "class": "example", "data-act": "example", "dir": "auto"}, one))
        for one in questions
    ]
    if not chips:
        return Markup("")
    return join([element(heading, {"class": "small"}, words), element("ul", {"class": "examples"}, *chips)])


def empty(error: GroundlineError) -> Markup:
    """What stands in the window of a corpus with nothing in it: what happened, and what to do."""
    steps = (
        "Open the Library and drop files, a folder or a zip there.",
        "Or put them into the folder yourself, and choose “Read the folder again” in the Library.",
    )
    items = [element("li", {}, step) for step in steps]
    library = element("button", {"type": "button", "class": "button main", "data-go": "library"}, "Open the Library")
    lead = element("p", {"class": "lead"}, "There is nothing to ask yet.")
    return join([lead, problem(error), element("ol", {"class": "steps"}, *items), element("p", {"class": "row"}, library)])


def corpus_line(name: str, sources: Sequence[SourceInfo]) -> Markup:
    """The corpus in one line: its folder and how much it holds."""
    passages = sum(source.passages for source in sources)
    counts = f"{count(len(sources), 'document')}, {count(passages, 'passage')}"
    return join([element("bdi", {"class": "folder"}, name), " ", element("span", {"class": "counts"}, counts)])


def documents(sources: Sequence[SourceInfo]) -> Markup:
    """The documents of the corpus, each of which can be opened."""
    rows = [element("li", {}, _document_button(source)) for source in sources]
    return join([element("h2", {"class": "small"}, "Documents"), element("ul", {"class": "documents"}, *rows)])


def _document_button(source: SourceInfo) -> Markup:
    state = "" if source.state == "indexed" else element("span", {"class": "state"}, _STATES[source.state])
    detail = element("span", {"class": "detail"}, f"{count(source.passages, 'passage')}, {size(source.size)}")
    target = {"path": source.path, "sha256": source.sha256}
    return element(
        "button",
        {"type": "button", "data-open": json.dumps(target)},
        element("bdi", {"class": "file"}, source.path),
        " ",
        detail,
        " ",
        state,
    )


_STATES = {"changed": "changed since it was indexed", "missing": "no longer in the folder"}
