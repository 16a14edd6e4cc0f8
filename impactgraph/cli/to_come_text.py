"""Orders still to come, as text."""

from rich.console import Console

from graph_models.estimates import MoneyEstimate
from graph_models.money import say_amount
from graph_models.time import Millis
from impactgraph.cli import formats
from impactgraph.cli.decode import moment_in, money_estimates_in
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import print_heading, print_lines, table
from impactgraph.impact.estimate_text import say_number


def print_to_come(out: Console, to_come: Json, as_of: Millis) -> None:
    """Prints how many orders are expected to be placed and affected, and from which history; nothing where no
    failure lasts.
    """
    assumptions, placements = to_come["assumptions"], to_come["placed"]
    if not assumptions:
        return
    print_heading(out, f"Still to come, until {formats.at(moment_in(to_come['until']), as_of)}, expected")
    rows = table("", "expected", "range", right=("expected", "range"))
    for name, each in (
        ("orders placed", placements),
        ("orders affected", to_come["affected"]),
        ("promises missed", to_come["promisesMissed"]),
    ):
        rows.add_row(name, say_number(each["expected"]), f"{each['low']:,.0f} to {each['high']:,.0f}")
    for number, amount in enumerate(money_estimates_in(to_come["value"])):
        rows.add_row("value of those affected" if number == 0 else "", *money_cells(amount))
    if placements["possible"]:
        out.print(rows)
    print_lines(
        out, [*assumptions, "They are not in the totals above."] if placements["possible"] else assumptions
    )


def money_cells(amount: MoneyEstimate) -> tuple[str, str]:
    """Expected amount, and its range in the same currency."""
    low, high = (say_amount(each, amount.currency).split()[0] for each in (amount.low, amount.high))
    expected_amount = say_amount(amount.expected, amount.currency)
    return f"{expected_amount} converted" if amount.converted else expected_amount, f"{low} to {high}"
