"""Findings in payloads as a table."""

from rich.console import Console

from graph_models.diagnosis import PayloadFinding
from graph_models.orders import Page
from impactgraph.cli import formats
from impactgraph.cli.output import table

_MOST_SUSPECTS = 3


def print_payloads(out: Console, page: Page[PayloadFinding], asked_for: str) -> None:
    """Prints a page of findings; `asked_for`: what the question is limited to."""
    if not page.total_count:
        none = f"No finding matches the filter ({asked_for}). Others were not looked at."
        everything = "No duplicate or incomplete orders, stock differences or errors."
        out.print(none if asked_for else everything, style="bold")
        return
    out.print(f"{formats.count(page.total_count, 'finding')} in message contents.", style="bold")
    rows = table("kind", "finding", "last", "value", "suspects", right=("value",))
    for each in page.items:
        suspects = dict.fromkeys(str(cause.element) for cause in each.suspects[:_MOST_SUSPECTS])
        rows.add_row(
            formats.words(each.kind),
            each.sentence,
            formats.day_and_time(each.until),
            formats.money(each.value),
            ", ".join(suspects) or formats.NOTHING,
        )
    out.print()
    out.print(rows)
    if page.has_next:
        more = page.total_count - len(page.items)
        out.print(f"{more:,} more: --first N, or --format csv for all.", style="dim")
