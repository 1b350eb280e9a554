"""A row of a table as one readable line, the names of the columns beside what stands in them."""

from collections.abc import Sequence


def row(header: Sequence[str], cells: Sequence[str]) -> str:
    """ "Name: X; Age: 3"; empty cells are left out, cells without a column's name stand alone."""
    names = [*header, *[""] * (len(cells) - len(header))]
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=False) if cell)
