"""docs/accuracy.md: the figures are written anew by `make accuracy`; the text around them does not change."""

from pathlib import Path
from typing import Any

from tests.accuracy.scoring import ABSORBED, TARGETS, WORST_BRIER, WORST_DELAY, answer_to, ceilings

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
BEGIN, END = "<!-- figures: written by make accuracy -->", "<!-- end of figures -->"
_WORDS = {"orders": "orders", "postings": "postings", "notifications": "messages"}


WITHHELD = "<!-- suspects: written by make accuracy -->", "<!-- end of suspects -->"
PLANTED = "<!-- planted: written by python -m tests.accuracy.planted -->", "<!-- end of planted -->"


def write(result: dict[str, Any]) -> None:
    """Puts the figures between the marks of the page."""
    put((BEGIN, END), figures(result))


def put(marks: tuple[str, str], text: str) -> None:
    """Writes what stands between two marks of the page anew."""
    before, _, rest = PAGE.read_text().partition(marks[0])
    _, _, behind = rest.partition(marks[1])
    PAGE.write_text(f"{before}{marks[0]}\n{text}\n{marks[1]}{behind}")


def misses(result: dict[str, Any]) -> list[str]:
    """The targets that are not met, each in words."""
    pooled = result["pooled"]
    found = [
        f"F1 of {_WORDS[name]} is {pooled[name]['f1']:.3f}, below {least}."
        for name, least in TARGETS.items()
        if pooled[name]["f1"] < least
    ]
    if pooled["brier"] > WORST_BRIER:
        found.append(f"The Brier score is {pooled['brier']:.5f}, above {WORST_BRIER}.")
    if pooled["delay_error"] > WORST_DELAY:
        found.append(
            f"The median error of the delay is {pooled['delay_error']:.1%}, above {WORST_DELAY:.0%}."
        )
    if answer_to(ABSORBED)["orders"]:
        found.append(f"{ABSORBED} should hit nothing.")
    return found


def figures(result: dict[str, Any]) -> str:
    return f"{_targets(result['pooled'])}\n\n{_cases(result)}"


def _targets(pooled: dict[str, Any]) -> str:
    lines = ["| pooled | result | target | ceiling |", "| --- | ---: | ---: | ---: |"]
    best = ceilings()["pooled"]
    lines += [
        f"| F1 of {_WORDS[name]} | {pooled[name]['f1']:.3f} | at least {least:.3f} | {best[name]:.3f} |"
        for name, least in TARGETS.items()
    ]
    lines.append(f"| Brier score | {pooled['brier']:.5f} | at most {WORST_BRIER:.5f} | {best['brier']:.4f} |")
    lines.append(
        f"| median error of the delay | {pooled['delay_error']:.1%} | at most {WORST_DELAY:.0%} | 1 % |"
    )
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
        "delay error | promises F1 |"
    )
    lines = [head, "| --- |" + " ---: |" * 9]
    best = ceilings()
    lines += [
        _case(name, row, best[name]) for name, row in [*result["cases"].items(), ("pooled", result["pooled"])]
    ]
    return "\n".join(lines)


def _case(name: str, row: dict[str, Any], best: dict[str, float]) -> str:
    f1 = [f"{row[kind]['f1']:.3f} ({best[kind]:.3f})" for kind in TARGETS]
    delay = "-" if row["delay_error"] is None else f"{row['delay_error']:.0%}"
    cells = [
        name,
        row["n"],
        row["affected"],
        row["called"],
        *f1,
        f"{row['brier']:.4f} ({best['brier']:.4f})",
        delay,
        f"{row['missed_promise']['f1']:.3f}",
    ]
    return f"| {' | '.join(str(cell) for cell in cells)} |"
