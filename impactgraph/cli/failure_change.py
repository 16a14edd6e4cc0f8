"""A change of a failure: previewed, confirmed, made."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from impactgraph.cli.decode import problems_in
from impactgraph.cli.encode.values import Json
from impactgraph.cli.failure_text import figure_rows, print_done, print_preview
from impactgraph.cli.options import Form
from impactgraph.cli.output import console, present, print_error, print_problems

Verb = Literal["report", "update", "resolve"]
DONE, NOT_CONFIRMED, REFUSED = 0, 1, 2
"""Exit statuses."""


@dataclass(frozen=True)
class FailureAction:
    verb: Verb
    make: Callable[[bool], Json]
    """Makes the change, or only tries it (True); returns GraphQL's FailurePayload."""


def make_change(action: FailureAction, form: Form, *, confirmed: bool) -> int:
    """Prints what would change, and makes the change where it is confirmed; returns the exit status.

    On a terminal it asks, unless it is already `confirmed`.
    """
    trial = action.make(True)
    if trial["problems"]:
        print_problems("error", problems_in(trial["problems"]))
        return REFUSED
    if form == "table":
        print_preview(console(), trial, action.verb)
    confirmed = confirmed or _ask(action.verb)
    payload = action.make(False) if confirmed else trial
    if payload["problems"]:
        print_problems("error", problems_in(payload["problems"]))
        return REFUSED
    present(
        form,
        text=lambda out: print_done(out, payload["failure"], action.verb) if confirmed else None,
        data=lambda: payload | {"preview": trial["preview"], "confirmed": confirmed},
        rows=lambda: figure_rows(trial["preview"]),
    )
    if not confirmed:
        print_error("Nothing was changed. Add --yes to confirm.")
        return NOT_CONFIRMED
    return DONE


def _ask(verb: Verb) -> bool:
    """Asks on a terminal; elsewhere nobody confirms."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    sys.stdout.flush()
    sys.stderr.write(f"\n{verb.capitalize()} it? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
