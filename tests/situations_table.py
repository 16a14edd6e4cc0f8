"""The situations as a table of the service desk's page: what is said of each, as tests/scenarios checks it.

python -m tests.situations_table
"""

from itertools import groupby
from pathlib import Path

from tests.situations import SituationCase, situations

PAGE = Path(__file__).parents[1] / "docs" / "service-desk.md"
BEGIN, END = "<!-- situations: written by python -m tests.situations_table -->", "<!-- end of situations -->"


def table() -> str:
    lines = ["| situation | verdict | sentence | message to the customer |", "| --- | --- | --- | --- |"]
    for group, cases in groupby(situations(), key=lambda case: case.name.partition(": ")[0]):
        lines.append(f"| **{group}** | | | |")
        lines += map(_row, cases)
    return "\n".join(lines)


def _row(case: SituationCase) -> str:
    given = case.given
    marks = "".join(f", {mark.lower().replace('_', ' ')}" for mark in given.get("marks", []))
    customer = f"{given['message']} (`{given['customer']}`{marks})"
    return f"| {given['name']} | `{given['verdict']}` | {given['says']} | {customer} |"


def page() -> str:
    """The page with the table as it is now."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page())
