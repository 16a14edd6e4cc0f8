"""Calibration by tenths: of the orders that are called 50 to 60 % likely to be affected, how many are?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.accuracy.scoring import CASES, HOME, answer_to, scorer

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "calibration.svg"
_TENTHS = 10
_PANEL, _LEFT, _TOP = 220, 44, 34
"""Size of a panel of the picture, and the margins around it, in pixels."""


@dataclass
class Tenth:
    """The orders whose likelihoods lie in one tenth: their number, the sum of the likelihoods, the number
    truly hit.
    """

    orders: int = 0
    likelihood: float = 0.0
    hit: int = 0


def by_tenth(claims: Iterable[tuple[float, bool]]) -> tuple[Tenth, ...]:
    """Ten sums; a likelihood of zero claims nothing and is not counted."""
    tenths = tuple(Tenth() for _ in range(_TENTHS))
    for likelihood, hit in claims:
        if likelihood > 0:
            tenth = tenths[min(int(likelihood * _TENTHS), _TENTHS - 1)]
            tenth.orders += 1
            tenth.likelihood += likelihood
            tenth.hit += hit
    return tenths


def _claims() -> Iterator[tuple[tuple[float, bool], tuple[float, bool]]]:
    """Of every scored order of every case: (likelihood, affected) and (likelihood, promise newly missed)."""
    for case in CASES:
        said = {row["order"]: row for row in answer_to(case)["orders"]}
        for truth in scorer().load(HOME / "cases" / case / "truth.json.gz")["orders"]:
            row = said.get(truth["order"], {"likelihood": 0.0, "miss_likelihood": 0.0})
            newly = truth["affected"] and truth["missed"] and not truth["missed_without"]
            yield (row["likelihood"], truth["affected"]), (row["miss_likelihood"], newly)


def measure() -> dict[str, tuple[Tenth, ...]]:
    """Over all cases, by what is claimed."""
    claims = list(_claims())
    return {
        "affected": by_tenth(affected for affected, _ in claims),
        "promise missed": by_tenth(missed for _, missed in claims),
    }


def table(measured: dict[str, tuple[Tenth, ...]]) -> str:
    """A line a tenth."""
    head = " | ".join(f"{claim}: orders | expected | truly" for claim in measured)
    lines = [f"| likelihood | {head} |", "| --- |" + " ---: |" * (3 * len(measured))]
    for tenth in range(_TENTHS):
        cells = [
            f"{row[tenth].orders} | {row[tenth].likelihood:.1f} | {row[tenth].hit}"
            for row in measured.values()
        ]
        lines.append(f"| {tenth * 10} to {tenth * 10 + 10} % | {' | '.join(cells)} |")
    return "\n".join(lines)


def picture(measured: dict[str, tuple[Tenth, ...]]) -> str:
    """An SVG with a panel a claim: the mean likelihood of each tenth across, the share truly hit upwards."""
    width, height = len(measured) * (_PANEL + _LEFT) + 20, _PANEL + _TOP + 40
    panels = (_panel(claim, tenths, place) for place, (claim, tenths) in enumerate(measured.items()))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" font-family="sans-serif" font-size="11" fill="#333">',
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *(line for panel in panels for line in panel),
            "</svg>\n",
        ]
    )


def _panel(claim: str, tenths: tuple[Tenth, ...], place: int) -> Iterator[str]:
    left, bottom = place * (_PANEL + _LEFT) + _LEFT, _TOP + _PANEL
    yield f'<text x="{left}" y="{_TOP - 12}" font-weight="bold">{claim}: forecast and truth</text>'
    yield f'<rect x="{left}" y="{_TOP}" width="{_PANEL}" height="{_PANEL}" fill="none" stroke="#999"/>'
    yield (
        f'<line x1="{left}" y1="{bottom}" x2="{left + _PANEL}" y2="{_TOP}" stroke="#999" '
        'stroke-dasharray="4 3"/>'
    )
    for percent in (0, 50, 100):
        shift = _PANEL * percent / 100
        yield f'<text x="{left + shift:.0f}" y="{bottom + 15}" text-anchor="middle">{percent} %</text>'
        yield f'<text x="{left - 5}" y="{bottom - shift + 4:.0f}" text-anchor="end">{percent}</text>'
    yield f'<text x="{left + _PANEL / 2:.0f}" y="{bottom + 30}" text-anchor="middle">likelihood</text>'
    most = max(tenth.orders for tenth in tenths) or 1
    for tenth in tenths:
        if tenth.orders:
            across = left + _PANEL * tenth.likelihood / tenth.orders
            upwards = bottom - _PANEL * tenth.hit / tenth.orders
            radius = 3 + 9 * (tenth.orders / most) ** 0.5
            yield (
                f'<circle cx="{across:.1f}" cy="{upwards:.1f}" r="{radius:.1f}" fill="#1a6fb5" '
                f'fill-opacity="0.7"><title>{tenth.hit} of {tenth.orders}</title></circle>'
            )
