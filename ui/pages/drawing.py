"""Small charts as inline SVG: built from numbers and from words that `ui.markup` escapes, coloured by the page's styles."""

from collections.abc import Sequence
from typing import NamedTuple

from ui.markup import Markup, join, text

Point = tuple[float, float]

# The curve's chart: its size, and the room at its edges for the figures.
WIDTH, HEIGHT, LEFT, BELOW, EDGE = 640, 300, 62, 44, 26
TICKS = 4
# What the upward axis may reach, so that low lines can be told apart; each is parted into round figures.
TOPS = (0.2, 0.4, 1.0)


class Line(NamedTuple):
    """One line of a chart: what it is called, its points in order, and the class that gives its strokes."""

    name: str
    points: Sequence[Point]
    kind: str


def bar(share: float, kind: str) -> Markup:
    """A bar as wide as its cell, filled to a share of it (0 to 1). What it says stands beside it as a figure."""
    filled = 100 * min(1.0, max(0.0, share))
    return Markup(
        f'<svg class="meter {text(kind)}" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="ground" width="100" height="6"/><rect class="full" width="{filled:.1f}" height="6"/></svg>'
    )


def interval(value: float, low: float | None, high: float | None, good: bool) -> Markup:
    """A figure between 0 and 1 as a dot on its interval; `good` says whether more is better."""
    at = _percent(value)
    band = ""
    if low is not None and high is not None:
        first, last = _percent(low), _percent(high)
        band = f'<rect class="band" x="{first:.1f}" y="3.5" width="{max(0.6, last - first):.1f}" height="3"/>'
    return Markup(
        f'<svg class="interval {"up" if good else "down"}" viewBox="-2 0 104 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="ground" d="M0 5H100"/>{band}<path class="value" d="M{at:.1f} 1V9"/></svg>'
    )


def curve(lines: Sequence[Line], label: str, across: str, upwards: str) -> Markup:
    """Lines of shares by shares; the upward axis ends at the first of TOPS that all of them stay below.

    `label` says what it shows to those who do not see it.
    """
    highest = max((y for one in lines for _, y in one.points), default=0.0)
    top = next((top for top in TOPS if highest <= top), TOPS[-1])
    grid = join([_tick(n / TICKS, top) for n in range(TICKS + 1)])
    drawn = join([Markup(f'<polyline class="curve {text(one.kind)}" points="{_points(one.points, top)}"/>') for one in lines])
    middle_x, middle_y = (LEFT + WIDTH - EDGE) / 2, (EDGE + HEIGHT - BELOW) / 2
    axes = Markup(
        f'<text x="{middle_x:.0f}" y="{HEIGHT - 6}" text-anchor="middle">{text(across)}</text>'
        f'<text class="upwards" transform="translate(13 {middle_y:.0f}) rotate(-90)" text-anchor="middle">{text(upwards)}</text>'
    )
    return Markup(f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{text(label)}">{grid}{drawn}{axes}</svg>')


def key(kind: str) -> Markup:
    """The stroke of a line, for the words that explain it."""
    return Markup(f'<svg class="key" viewBox="0 0 36 8" aria-hidden="true"><path class="curve {text(kind)}" d="M0 4H36"/></svg>')


def _tick(share: float, top: float) -> Markup:
    x, y = _place((share, share))
    bottom = HEIGHT - BELOW
    return Markup(
        f'<path class="grid" d="M{x:.1f} {EDGE}V{bottom}M{LEFT} {y:.1f}H{WIDTH - EDGE}"/>'
        f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{share:.0%}</text>'
        f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{share * top:.0%}</text>'
    )


def _points(points: Sequence[Point], top: float) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in (_place((across, up / top)) for across, up in points))


def _place(point: Point) -> Point:
    across, up = (min(1.0, max(0.0, value)) for value in point)
    return LEFT + across * (WIDTH - LEFT - EDGE), HEIGHT - BELOW - up * (HEIGHT - BELOW - EDGE)


def _percent(value: float) -> float:
    return 100 * min(1.0, max(0.0, value))
