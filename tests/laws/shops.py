"""A shop whose first step needs two calls."""

from graph_models.time import HOUR, MINUTE
from graph_models.topology import Retry, Takes, Topology, Transition
from tests.drawing import call, drawn, queue, step

WORK = Takes(10 * MINUTE, 12 * MINUTE)
PICKING = Takes(HOUR, 2 * HOUR)


def shop(*, retry: Retry | None = None, picking: Takes = PICKING) -> Topology:
    """`release` needs payment (`pay`, repeated by `retry`) and tax (`tax`); a queue leads to `pick`."""
    return drawn(
        call("pay", "oms", "psp", retry=retry or Retry()),
        call("tax", "oms", "gov"),
        queue("hand", "oms", "wms"),
        step(
            "release",
            "oms",
            "integration:pay",
            "integration:tax",
            takes=WORK,
            then=(Transition("pick", "integration:hand"),),
        ),
        step("pick", "wms", takes=picking),
    )
