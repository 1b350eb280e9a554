"""The risk–coverage curve as an SVG inside the page."""

from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, MARGIN = 640, 260, 44
_DASHES = {"development": "2 4", "test": "8 4", "all": "none"}


def risk_coverage_chart(curves: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """One line for each split; empty when nothing was answered."""
    drawn = {split: points for split, points in curves.items() if len(points) > 1}
    if not drawn:
        return ""
    lines = "".join(
        f'<polyline class="curve" stroke-dasharray="{_DASHES[split]}" points="{" ".join(_point(*point) for point in points)}"/>'
        for split, points in drawn.items()
    )
    ticks = "".join(_tick(share / 4) for share in range(5))
    key = " ".join(
        f'<svg width="40" height="10"><path class="curve" d="M0 5H40" stroke-dasharray="{_DASHES[s]}"/></svg> {s}' for s in drawn
    )
    return f"""<h2>Risk and coverage</h2>
<p>How often answers are wrong (upwards) when only the most confident share of the questions (to the right) is answered. {key}</p>
<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="Risk by coverage">{ticks}{lines}</svg>"""


def _point(coverage: float, risk: float) -> str:
    return f"{MARGIN + coverage * (WIDTH - 2 * MARGIN):.1f},{HEIGHT - MARGIN - risk * (HEIGHT - 2 * MARGIN):.1f}"


def _tick(share: float) -> str:
    x, y = _point(share, share).split(",")
    bottom, left = HEIGHT - MARGIN, MARGIN
    grid = f'<path class="grid" d="M{x} {MARGIN}V{bottom}M{left} {y}H{WIDTH - MARGIN}"/>'
    below = f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{share:.0%}</text>'
    beside = f'<text x="{left - 6}" y="{y}" text-anchor="end">{share:.0%}</text>'
    return grid + below + beside
