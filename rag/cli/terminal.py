"""The terminal: plain where it is not one, and never steered by what a document or a question contains."""

import re
import sys
from typing import TYPE_CHECKING, Any, Self, TextIO

from pydantic import BaseModel
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

if TYPE_CHECKING:
    from rag.ingest import Progress

# Control characters but tab and newline, marks that turn the reading direction, line separators, what no encoding can carry.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)

# Where output is not a terminal, nothing is wrapped: other programs read it line by line.
_UNWRAPPED = 100_000

# Characters of a document's name beside the progress bar, and the columns of a terminal that has room for a count.
_LONGEST_NAME = 44
_WIDE = 80


def safe(text: str) -> str:
    """The text with every character that could steer a terminal shown as a symbol or as `<U+202E>`; CRLF becomes LF."""
    return _UNSAFE.sub(lambda match: _symbol(ord(match[0])), text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """`safe`, with every run of white space as one blank."""
    return " ".join(safe(text).split())


def counted(number: int, noun: str) -> str:
    """A number with what it counts: `1 file`, `2 files`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


class _Console(Console):
    """A console that leaves a reader who went away to the frame around the command."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(stream: TextIO | None = None) -> Console:
    """A console on standard output, or on another stream; markup in texts means nothing to it."""
    target = stream or sys.stdout
    width = None if target.isatty() else _UNWRAPPED
    return _Console(file=target, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def error_console() -> Console:
    """A console on standard error: for progress, notes and errors."""
    return console(sys.stderr)


def print_json(*models: BaseModel, as_list: bool = False) -> None:
    """Print a model, or a list of models, as JSON in UTF-8; unsafe characters are escaped, which is the same JSON."""
    texts = [_UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", model.model_dump_json(indent=2)) for model in models]
    text = ("[\n" + ",\n".join(texts) + "\n]") if as_list else texts[0]
    if sys.stdout.encoding.lower() not in ("utf-8", "utf8"):
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(text + "\n")


def print_indented(out: Console, text: Text, indent: int) -> None:
    """Print a text with blanks before each line, wrapped to the width of the terminal."""
    width = max(20, out.width - indent)
    for line in text.split("\n", allow_blank=True):
        for row in line.wrap(out, width) if out.is_terminal else [line]:
            row.rstrip()
            out.print(Text(" " * indent) + row)


def print_hanging(out: Console, text: Text, indent: int) -> None:
    """Print a text after `indent` columns that are already taken, further lines below its beginning."""
    if not out.is_terminal:
        out.print(text)
        return
    first, *rest = text.wrap(out, max(20, out.width - indent))
    first.rstrip()
    out.print(first)
    for row in rest:
        print_indented(out, row, indent)


def print_whole(out: Console, text: Text) -> None:
    """Print a line that the terminal itself breaks where it is too long: paths and commands in it can be copied in one piece."""
    out.print(text, soft_wrap=True)


def table(*columns: str, numbers: tuple[str, ...] = ()) -> Table:
    """An empty table without lines; the named columns are aligned to the right."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_header=bool(columns))
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return made


def width_of(rows: Table) -> int:
    """The columns of a terminal that a table takes when nothing is wrapped."""
    return sum(_widest(column) for column in rows.columns) + 2 * (len(rows.columns) - 1)


def _widest(column: Column) -> int:
    cells = (column.header, *column.cells)
    return max(cell.cell_len if isinstance(cell, Text) else len(str(cell)) for cell in cells)


def print_table(out: Console, rows: Table) -> None:
    """Print a table without the blanks that would fill its last column.

    The other columns are not wrapped where a third of the terminal is left for the last: paths stay whole.
    """
    first = rows.columns[:-1]
    if width_of(rows) - _widest(rows.columns[-1]) <= out.width * 2 // 3:
        for column in first:
            column.no_wrap = True
    for line in out.render_lines(rows, pad=False):
        text = Text.assemble(*((part.text, part.style or "") for part in line))
        text.rstrip()
        out.print(text)


class ProgressBar:
    """A bar with the time left on standard error, from the first report on until `close`; nothing where that is not a terminal."""

    def __init__(self) -> None:
        self._console = error_console()
        self._bar: Any = None
        self._task: Any = None

    def __call__(self, state: "Progress") -> None:
        """Show how far an ingest is."""
        if not self._console.is_terminal:
            return
        if self._bar is None:
            self._start()
        # Square brackets of a file name would be read as markup here.
        longest = min(_LONGEST_NAME, self._console.width // 2)
        description = _shortened(one_line(f"{'Indexing' if state.total else 'Reading'} {state.path}"), longest).replace("[", "\\[")
        count = f"{state.done:,} of {state.total:,} texts" if state.total else ""
        fields = {"count": count, "left": left(state.seconds_left)}
        self._bar.update(self._task, description=description, completed=state.done, total=state.total or None, **fields)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _start(self) -> None:
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        columns: list[Any] = [TextColumn("{task.description}"), BarColumn(bar_width=min(40, self._console.width // 8))]
        if self._console.width >= _WIDE:
            columns.append(TextColumn("{task.fields[count]}"))
        columns.append(TextColumn("{task.fields[left]}"))
        self._bar = Bar(*columns, console=self._console, transient=True)
        self._task = self._bar.add_task("Reading", total=None, count="", left="")
        self._bar.start()


def _shortened(text: str, longest: int) -> str:
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]}…{text[-half:]}"


def left(seconds: float | None) -> str:
    """Time left in words; nothing when it is not known yet."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s left" if minutes else f"{rest} s left"


def _symbol(code: int) -> str:
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"
