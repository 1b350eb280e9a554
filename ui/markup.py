"""The one place that turns text into HTML: whatever is not `Markup` already is escaped here.

Document text, file names, questions and model output keep every character when shown, so that what is highlighted
equals the file; characters that reorder or hide text are isolated and labelled instead of being obeyed.
"""

import re
from collections.abc import Mapping
from html import escape

# C0 and C1 controls but tab, newline and carriage return; bidirectional embeddings, overrides and isolates.
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# HTML can carry neither a NUL nor half a surrogate pair.
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
_SHOWN_TO_PEOPLE = frozenset({"title", "aria-label", "placeholder", "data-tip"})
_NEVER_FROM_DATA = re.compile(r"(?:on.*|href|src|srcset|srcdoc|style|action|formaction)\Z", re.IGNORECASE)
_TAG = re.compile(r"[a-z][a-z0-9]*\Z")
_ATTRIBUTE = re.compile(r"[a-z][a-z-]*\Z")


class Markup(str):
    """HTML that is safe to show: it comes from this module or from a literal in the code."""

    __slots__ = ()


Attributes = Mapping[str, str | int | bool | None]


def text(value: str) -> Markup:
    """Escape text for the page; its characters stay what they were (NUL and lone surrogates become U+FFFD)."""
    escaped = escape(_IMPOSSIBLE.sub("\ufffd", value)).replace("\r", "&#13;")
    return Markup(_CONTROL.sub(_isolated, escaped))


def _isolated(match: re.Match[str]) -> str:
    return f'<bdi class="control" data-code="U+{ord(match[0]):04X}">{match[0]}</bdi>'


def element(tag: str, attributes: Attributes | None = None, *children: str) -> Markup:
    """Build one element; children that are not `Markup` are escaped. Raises ValueError for attributes that could run or load."""
    if not _TAG.match(tag):
        raise ValueError(f"not a tag: {tag!r}")
    opening = "".join(_attribute(name, value) for name, value in (attributes or {}).items())
    return Markup(f"<{tag}{opening}>{join(children)}</{tag}>")


def join(parts: tuple[str, ...] | list[str]) -> Markup:
    """Put pieces one after another, escaping those that are not `Markup`."""
    return Markup("".join(part if isinstance(part, Markup) else text(part) for part in parts))


def _attribute(name: str, value: str | int | bool | None) -> str:
    if not _ATTRIBUTE.match(name) or _NEVER_FROM_DATA.match(name):
        raise ValueError(f"not an attribute that text may fill: {name!r}")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    exact = _IMPOSSIBLE.sub("\ufffd", str(value))
    shown = _CONTROL.sub("\ufffd", exact) if name in _SHOWN_TO_PEOPLE else exact
    return f' {name}="{escape(shown).replace(chr(13), "&#13;").replace(chr(10), "&#10;")}"'
