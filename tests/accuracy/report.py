"""docs/accuracy.md: the figures are written anew by `make accuracy`; the text around them does not change."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_models.percent import percent
from tests.accuracy.scoring import (
    ABSORBED,
    BRIER_SHARE,
    LEAST_HELD,
    PROMISES_OFF,
    PROMISES_WITHIN,
    SHARES,
    WIDEST,
    WORST_DELAY,
    WORST_PROMISES,
    answer_to,
    ceilings,
)

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
BEGIN, END = "<!-- figures: written by make accuracy -->", "<!-- end of figures -->"
_TOTALS = {"orders": "affected orders", "missed": "missed promises", "postings": "affected postings"}
_CEILING_HELD = {"orders": 9, "missed": 17, "postings": 5}
"""The ceiling takes reported ends as certain, and that is what its ranges are too narrow for."""
_WORDS = {"orders": "orders", "postings": "postings", "notifications": "messages"}

TENTHS = "<!-- calibration: written by make accuracy -->", "<!-- end of calibration -->"
WITHHELD = "<!-- suspects: written by make accuracy -->", "<!-- end of suspects -->"
TO_COME = "<!-- to come: written by make accuracy -->", "<!-- end of to come -->"
QUIET = "<!-- quiet: written by make accuracy -->", "<!-- end of quiet -->"
PLANTED = "<!-- planted: written by python -m tests.accuracy.planted -->", "<!-- end of planted -->"


def write(result: dict[str, Any]) -> None:
    """Puts the figures between the marks of the page."""
    put((BEGIN, END), figures(result))


def put(marks: tuple[str, str], text: str) -> None:
    """Writes what stands between two marks of the page anew."""
    before, _, rest = PAGE.read_text().partition(marks[0])
    _, _, behind = rest.partition(marks[1])
    PAGE.write_text(f"{before}{marks[0]}\n{text}\n{marks[1]}{behind}")


@dataclass(frozen=True)
class Target:
    """A pooled figure, as the page shows it, and whether it is met."""

    name: str
    result: str
    target: str
    ceiling: str
    met: bool


def targets(pooled: dict[str, Any]) -> list[Target]:
    """Each line of the first table."""
    best, promises = ceilings()["pooled"], pooled["promises"]
    missed = promises["newly_missed"]
    off = abs(promises["expected"] - missed)
    return [
        *(_f1(name, share, pooled, best) for name, share in SHARES.items()),
        _at_most("Brier score", pooled["brier"], BRIER_SHARE * best["brier"], f"{best['brier']:.4f}"),
        Target(
            name="median error of the delay",
            result=percent(pooled["delay_error"], 1),
            target=f"at most {percent(WORST_DELAY)}",
            ceiling="1 %",
            met=pooled["delay_error"] <= WORST_DELAY,
        ),
        _at_most(
            "Brier score of missed promises", promises["brier"], WORST_PROMISES, f"{best['missed_brier']:.4f}"
        ),
        Target(
            name="sum of their likelihoods / truly missed",
            result=f"{promises['expected']:.0f} / {missed}",
            target=f"within {percent(PROMISES_WITHIN)}",
            ceiling=f"{best['missed']:.0f}",
            met=off <= PROMISES_WITHIN * missed,
        ),
        Target(
            name="missed promises, off by case",
            result=f"{promises['off_by_case']:.0f}",
            target=f"at most {PROMISES_OFF}",
            ceiling=f"{best['missed_off']:.0f}",
            met=promises["off_by_case"] <= PROMISES_OFF,
        ),
        *(target for name in WIDEST for target in _ranges(name, pooled["ranges"][name])),
    ]


def _ranges(name: str, ranges: dict[str, Any]) -> tuple[Target, Target]:
    """Whether the ranges of a total hold the truth often enough, and are narrow enough."""
    of = f"ranges of {_TOTALS[name]}"
    held = Target(
        name=f"{of}: hold the truth",
        result=f"in {ranges['held']} of {ranges['of']} cases",
        target=f"in at least {percent(LEAST_HELD)}",
        ceiling=f"{_CEILING_HELD[name]} of 18",
        met=ranges["held"] >= LEAST_HELD * ranges["of"],
    )
    width = Target(
        name=f"{of}: width together, as a part of the truth",
        result=f"{ranges['width']:.2f}",
        target=f"at most {WIDEST[name]}",
        ceiling="",
        met=ranges["width"] <= WIDEST[name],
    )
    return held, width


def _f1(name: str, share: float, pooled: dict[str, Any], best: dict[str, float]) -> Target:
    least = share * best[name]
    return Target(
        name=f"F1 of {_WORDS[name]}",
        result=f"{pooled[name]['f1']:.3f}",
        target=f"at least {least:.3f}",
        ceiling=f"{best[name]:.3f}",
        met=pooled[name]["f1"] >= least,
    )


def _at_most(name: str, value: float, most: float, ceiling: str) -> Target:
    return Target(
        name=name, result=f"{value:.5f}", target=f"at most {most:.5f}", ceiling=ceiling, met=value <= most
    )


def misses(result: dict[str, Any]) -> list[str]:
    """The targets that are not met, each in words."""
    found = [
        f"{target.name}: {target.result}, not {target.target}."
        for target in targets(result["pooled"])
        if not target.met
    ]
    if answer_to(ABSORBED)["orders"]:
        found.append(f"{ABSORBED} should hit nothing.")
    return found


def figures(result: dict[str, Any]) -> str:
    return f"{_targets(result['pooled'])}\n\n{_cases(result)}"


def _targets(pooled: dict[str, Any]) -> str:
    lines = ["| pooled | result | target | ceiling |", "| --- | ---: | ---: | ---: |"]
    lines += [f"| {row.name} | {row.result} | {row.target} | {row.ceiling} |" for row in targets(pooled)]
    lines.append(
        f"| sum of the likelihoods / truly affected | {pooled['expected_affected']:.0f} / "
        f"{pooled['affected']} | | |"
    )
    absorbed = answer_to(ABSORBED)
    reason = absorbed["absorbed"][0]["detail"] if absorbed["absorbed"] else "no reason"
    lines.append(
        f"| orders called affected in `{ABSORBED}` | {len(absorbed['orders'])} ({reason}) | 0, with its "
        "reason | 0 |"
    )
    return "\n".join(lines)


def _cases(result: dict[str, Any]) -> str:
    head = (
        "| case | scored | affected | called | orders F1 (ceiling) | postings F1 | messages F1 | Brier | "
        "delay error | promises missed | expected (ceiling) | Brier of promises |"
    )
    lines = [head, "| --- |" + " ---: |" * 11]
    best = ceilings()
    lines += [
        _case(name, row, best[name]) for name, row in [*result["cases"].items(), ("pooled", result["pooled"])]
    ]
    return "\n".join(lines)


def _case(name: str, row: dict[str, Any], best: dict[str, float]) -> str:
    f1 = [f"{row[kind]['f1']:.3f} ({best[kind]:.3f})" for kind in SHARES]
    promises = row["promises"]
    delay = "-" if row["delay_error"] is None else percent(row["delay_error"])
    cells = [
        name,
        row["n"],
        row["affected"],
        row["called"],
        *f1,
        f"{row['brier']:.4f} ({best['brier']:.4f})",
        delay,
        promises["newly_missed"],
        f"{promises['expected']:.1f} ({best['missed']:.1f})",
        f"{promises['brier']:.4f} ({best['missed_brier']:.4f})",
    ]
    return f"| {' | '.join(str(cell) for cell in cells)} |"
