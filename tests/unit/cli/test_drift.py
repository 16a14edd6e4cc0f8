"""The table of changes."""

from io import StringIO

import pytest
from rich.console import Console

from graph_models.diagnosis import Drift, DriftGroup, DriftKind
from graph_models.orders import Page
from graph_models.topology import Topology
from impactgraph.cli.drift_text import print_drift
from impactgraph.cli.encode import Encoder
from impactgraph.diagnosis.drift import group_drift

NOON = 1_772_539_200_000
STORES = [
    Drift(DriftKind.REJECTIONS, "location", f"store-{n}", NOON, 0.01, 0.1, 1e-9, 50 - n, ()) for n in range(5)
]


def printed_lines(drifts: tuple[Drift, ...] | tuple[DriftGroup, ...]) -> list[str]:
    out = StringIO()
    page = Page(drifts, tuple("" for _ in drifts), len(drifts), has_next=False, has_previous=False)
    print_drift(Console(file=out, width=160), Encoder(NOON, Topology()).connection(page), NOON)
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("drifts", "lines"),
    [
        (group_drift(STORES), ["rejections of 5 locations  store-0, store-1, store-2 and 2 more"]),
        (group_drift(STORES[:1]), ["rejections of location  store-0"]),
        (tuple(STORES[:2]), ["rejections of location  store-0", "rejections of location  store-1"]),
    ],
    ids=["together", "one by itself", "each"],
)
def test_places_with_the_same_change_are_one_line_with_their_number(
    drifts: tuple[Drift, ...], lines: list[str]
) -> None:
    assert [
        line.partition("  12:00")[0] for line in printed_lines(drifts) if line.startswith("rejections")
    ] == lines
