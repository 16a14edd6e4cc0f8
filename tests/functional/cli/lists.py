"""A list of what the ERP of the demo has, with some orders left out and some rows that are otherwise."""

import csv
from pathlib import Path

from graph_models.time import Millis
from impactgraph.usecases import Store

LEAVES_OUT = 50
"""Every how manieth order is left out."""


def write_list(store: Store, path: Path, now: Millis) -> None:
    """Order number, net value, currency, status and plant of the orders, as a system would export them."""
    with store.columns() as columns, path.open("w", newline="") as file:
        ids = sorted(columns.orders.ids.tolist())
        currencies = columns.dictionaries.currencies.values
        orders = store.orders(ids)
        writer = csv.writer(file)
        writer.writerow(["Order no", "Net value", "Curr", "Status", "Plant"])
        for number, key in enumerate(ids):
            order = orders[key]
            row = [key, f"{order.value.amount}", order.value.currency, _WORDS[order.status.value], "P1"]
            if number == 51:
                row[1] = "1.00"
            if number == 52:
                row[2] = next(each for each in currencies if each not in ("", row[2]))
            if number == 53:
                row[3] = "VOID"
            if number == 54:
                row[1] = "abc"
            if number % LEAVES_OUT:
                writer.writerow(row)
            if number == 56:
                writer.writerow(row)
        writer.writerow(["X-1", "5.00", "EUR", "OPEN", ""])
        writer.writerow([ids[1].lower(), "5.00", "EUR", "OPEN", ""])
        writer.writerow(["", "5.00", "EUR", "OPEN", ""])


_WORDS = {"IN_FLIGHT": "OPEN", "COMPLETED": "CLSD", "CANCELLED": "CANCELLED"}
