"""What tests of the pages beside the conversation share: a small text, and a reader of what a page shows."""

from html.parser import HTMLParser
from pathlib import Path

FERRY = "The ferry to Lund leaves at nine in the evening. Its captain is Olga Lind, who lives in Skellby."


def ferry_corpus(parent: Path) -> Path:
    """A corpus that holds FERRY alone."""
    folder = parent / "corpus"
    folder.mkdir()
    (folder / "ferry.txt").write_text(FERRY, "utf-8")
    return folder


class Reader(HTMLParser):
    """The tags and the text of a page, and whether anything on it could run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attributes:
            assert not name.startswith("on") and name not in ("href", "src", "style"), (tag, name, value)

    def handle_data(self, data: str) -> None:
        self.text += data
