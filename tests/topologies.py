"""Large random topologies in which one system reaches nearly everything."""

from dataclasses import replace
from random import Random

from graph_models.enums import Transport
from graph_models.needs import Needs
from graph_models.time import HOUR, MINUTE
from graph_models.topology import (
    Api,
    Buffer,
    Data,
    Integration,
    Retry,
    Schedule,
    Step,
    System,
    Topology,
    Workflow,
)


def topology_of_size(elements: int, seed: int = 7) -> Topology:
    """About so many elements: a tenth systems, a tenth apis, six tenths integrations, the rest data and
    steps. All stand on `system:s0`.
    """
    dice = Random(seed)
    tenth = max(elements // 10, 2)
    styles = [_style(dice) for _ in range(40)]
    systems = {f"s{n}": System(f"s{n}", f"s{n}", needs=_stands_on(n, dice)) for n in range(tenth)}
    apis = {f"a{n}": Api(f"a{n}", f"s{dice.randrange(tenth)}") for n in range(tenth)}
    integrations = {f"i{n}": _integration(f"i{n}", tenth, styles, dice) for n in range(6 * tenth)}
    data = {
        f"d{n}": Data(
            f"d{n}", f"s{dice.randrange(tenth)}", (f"integration:i{dice.randrange(6 * tenth)}",), 10 * MINUTE
        )
        for n in range(tenth)
    }
    steps = tuple(_step(n, tenth, dice) for n in range(tenth))
    return Topology(
        systems=systems,
        apis=apis,
        integrations=integrations,
        data=data,
        workflows={"w": Workflow("w", steps)},
    )


def _stands_on(n: int, dice: Random) -> Needs:
    return Needs(tuple({f"system:s{dice.randrange(n)}" for _ in range(2)})) if n else Needs()


def _integration(key: str, tenth: int, styles: list[Integration], dice: Random) -> Integration:
    return replace(
        dice.choice(styles),
        key=key,
        source=f"system:s{dice.randrange(tenth)}",
        target=dice.choice(["system:s", "api:a"]) + str(dice.randrange(tenth)),
        via=(f"system:s{dice.randrange(tenth)}",),
    )


def _style(dice: Random) -> Integration:
    """One of the few ways to connect that a house has agreed on."""
    transport = dice.choice(list(Transport))
    runs = transport in (Transport.BATCH, Transport.FILE)
    return Integration(
        "",
        "",
        "",
        transport,
        retry=Retry(dice.randrange(1, 5), dice.choice([0, 2_000, 15_000])),
        timeout=dice.choice([None, 5_000, 20_000]),
        dead_letter=dice.choice([None, "rejected"]),
        buffer=Buffer(20_000, 0.001, 12 * HOUR) if not runs and dice.random() < 0.5 else Buffer(),
        schedule=Schedule(every=15 * MINUTE) if runs else None,
    )


def _step(n: int, tenth: int, dice: Random) -> Step:
    return Step(
        f"t{n}",
        "w",
        f"system:s{dice.randrange(tenth)}",
        needs=Needs((f"integration:i{dice.randrange(6 * tenth)}",)),
        reads=(f"data:d{dice.randrange(tenth)}",),
    )
