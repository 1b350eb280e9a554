"""The small drawings: a sign for each verdict, told apart by shape as well as colour, and what stands beside notices and on buttons."""

from typing import NamedTuple

from rag.schema import Verdict
from ui.markup import Markup


class Sign(NamedTuple):
    """A verdict as people see it: a word, and a shape that does not depend on colour."""

    label: str
    shape: Markup


def _shape(inside: str) -> Markup:
    return Markup(f'<svg viewBox="0 0 16 16" aria-hidden="true">{inside}</svg>')


SIGNS: dict[Verdict, Sign] = {
    "supported": Sign("Supported", _shape('<circle class="solid" cx="8" cy="8" r="7"/><path class="cut" d="M4.6 8.3l2.3 2.3 4.5-5"/>')),
    "unsupported": Sign("Unsupported", _shape('<path class="solid" d="M8 1.2l7.2 13H.8z"/><path class="cut" d="M8 5.8v4.2M8 12v.4"/>')),
    "uncited": Sign(
        "Uncited",
        _shape(
            '<rect class="line" x="1.5" y="1.5" width="13" height="13" rx="2"/>'
            '<path class="line" d="M6 6.2c0-1.2.9-1.9 2-1.9s2 .7 2 1.8c0 1.4-2 1.5-2 2.9M8 11.5v.1"/>'
        ),
    ),
    "not_judged": Sign("Not judged", _shape('<path class="line" d="M8 1L15 8 8 15 1 8z"/><path class="line" d="M5.5 8h5"/>')),
}
CORRECTION = _shape('<path class="line" d="M2 13.5h12M10.6 2.4l2.6 2.6-6.6 6.6-3.2.6.6-3.2z"/>')
ABSTAINED = _shape('<circle class="line" cx="8" cy="8" r="6.4"/><path class="line" d="M3.6 12.4l8.8-8.8"/>')
ERROR = _shape('<path class="line" d="M5 1.5h6l3.5 3.5v6L11 14.5H5L1.5 11V5z"/><path class="line" d="M8 4.6v4M8 11v.4"/>')
NOTE = _shape('<circle class="line" cx="8" cy="8" r="6.4"/><path class="line" d="M8 7.4v3.6M8 4.9v.2"/>')


def icon(path: str) -> Markup:
    """A drawing for a button."""
    return Markup(f'<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{path}"/></svg>')


UP = icon("M7.5 11v8.5h-3V11zM7.5 11l3.6-7c1.5 0 2.5 1.1 2.2 2.6L12.7 10h5c1.3 0 2.3 1.2 2 2.5l-1.4 5.4c-.2.9-1 1.6-2 1.6H7.5")
DOWN = icon("M16.5 13V4.5h3V13zM16.5 13l-3.6 7c-1.5 0-2.5-1.1-2.2-2.6l.6-3.4h-5c-1.3 0-2.3-1.2-2-2.5l1.4-5.4c.2-.9 1-1.6 2-1.6h8.8")
EDIT = icon("M4.5 19.5l1-4.5L16 4.5 19.5 8 9 18.5zM13.5 7l3.5 3.5")
AGAIN = icon("M19 12a7 7 0 1 1-2.2-5.100M19.3 3.800v4h-4")
COPY = icon("M9 9h10.500v10.500H9zM15 9V4.500H4.500V15H9")
WHY = icon("M4.5 19.500h15M7 16v-5M12 16V5M17 16v-8")
