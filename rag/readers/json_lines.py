"""JSON and JSON Lines: each value on a line with its path, each object of a list on one line; paths and lines are the places."""

import json
from collections.abc import Iterator
from typing import Any

from rag.errors import ReadError
from rag.readers.draft import Draft, Extract, one_line
from rag.readers.plain import decode
from rag.readers.rows import write

DEEPEST = 200


class _Number(str):
    """A number as it is written: 1.10 stays 1.10."""


def extract(data: bytes, name: str) -> Extract:
    """The values of a JSON or JSON Lines file in UTF-8. Raises ReadError."""
    text = decode(data, name)
    draft = Draft()
    try:
        for line, value in _values(text, name):
            for path, found in _blocks(value, "", 0, in_list=bool(line)):
                draft.begin(f"line {line}" if line else path)
                write(draft, found)
    except RecursionError as error:
        raise ReadError(f"{name} is nested too deeply.", f"Lists and objects may lie {DEEPEST} deep.") from error
    extracted = draft.finish()
    if not extracted.text:
        raise ReadError(f"{name} holds no value.", "Put text into the file, or ignore it.")
    return extracted


def _values(text: str, name: str) -> Iterator[tuple[int, Any]]:
    """The one value of a JSON file as line 0, or the values of JSON Lines with the numbers of their lines."""
    try:
        yield 0, _load(text)
        return
    except ValueError as error:
        whole = error
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    try:
        values = [(number, _load(line)) for number, line in lines]
    except ValueError:
        raise ReadError(f"{name} is not JSON: {whole}.", "Check it with `python -m json.tool`.") from whole
    yield from values


def _load(text: str) -> Any:
    return json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


def _blocks(value: Any, path: str, depth: int, in_list: bool) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What stands together, as (path, names and values): each value by itself, but those of an object of a list together."""
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, dict) and in_list:
        leaves, inner = _flat(value, "", depth)
        yield path, leaves
        for key, items in inner:
            yield from _blocks(items, _joined(path, key), depth + 1, in_list=False)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _blocks(item, _joined(path, key), depth + 1, in_list=False)
    elif isinstance(value, list) and not _is_leaf(value):
        for number, item in enumerate(value):
            yield from _blocks(item, f"{path}[{number}]", depth + 1, in_list=True)
    elif text := _plain(value):
        yield path, [(one_line(path), text)]


def _flat(value: dict[str, Any], prefix: str, depth: int) -> tuple[list[tuple[str, str]], list[tuple[str, list[Any]]]]:
    """The values of an object and of those in it, by their dotted names, and the lists of objects in it."""
    if depth > DEEPEST:
        raise RecursionError
    leaves: list[tuple[str, str]] = []
    inner: list[tuple[str, list[Any]]] = []
    for key, item in value.items():
        name = _joined(prefix, key)
        if isinstance(item, dict):
            more, lists = _flat(item, name, depth + 1)
            leaves += more
            inner += lists
        elif not _is_leaf(item):
            inner.append((name, item))
        elif text := _plain(item):
            leaves.append((one_line(name), text))
    return leaves, inner


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _is_leaf(value: Any) -> bool:
    return not (isinstance(value, list) and any(isinstance(item, dict | list) for item in value))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_plain, value)))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
