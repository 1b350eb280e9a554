"""Rows of tables and flat records as readable lines, the names of the columns beside what stands in them."""

import re
from collections.abc import Iterable, Sequence

from rag.readers.draft import Draft, lines, one_line

LONG = 300  # characters: a longer cell is a text of its own, and gets its own lines

_NUMBER = re.compile(r"[\W\d_]*")


def row(header: Sequence[str], cells: Sequence[str]) -> str:
    """“Name: X; Age: 3”: empty cells are left out, cells without a column's name stand alone."""
    return "; ".join(_named(name, cell) for name, cell in pairs(header, cells))


def pairs(header: Sequence[str], cells: Sequence[str]) -> list[tuple[str, str]]:
    """The cells that are not empty, each with its column's name, or none."""
    names = [*header, *[""] * (len(cells) - len(header))]
    return [(name, cell) for name, cell in zip(names, cells, strict=False) if cell.strip()]


def write(draft: Draft, found: Iterable[tuple[str, str]]) -> None:
    """Appends one record: what is short on one line, then each long text, its paragraphs kept."""
    short: list[str] = []
    long: list[str] = []
    for name, cell in found:
        if len(cell) <= LONG:
            short.append(_named(name, one_line(cell)))
        else:
            long.extend(
                _named(name if not number else "", lines(part)) for number, part in enumerate(re.split(r"\n\s*\n", cell)) if part.strip()
            )
    draft.add("; ".join(short))
    for text in long:
        draft.add(text)


def is_header(first: Sequence[str], rest: int) -> bool:
    """Whether the first row of a table names its columns: every cell in its own words, with `rest` more rows below."""
    names = [cell.strip().lower() for cell in first]
    named = [name for name in names if name]
    return rest > 0 and len(named) > len(names) / 2 and len(set(named)) == len(named) and not any(_NUMBER.fullmatch(name) for name in named)


def _named(name: str, cell: str) -> str:
    return f"{name}: {cell}" if name else cell
