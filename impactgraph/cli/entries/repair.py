"""Commands about what is left to do after failures."""

from impactgraph.cli.entries.command import Command

_REPAIR = (
    "Of an incident, of failures, or (without either) of all failures that are active or have left "
    "something to repair. "
)

COMMANDS = (
    Command(
        "repair replay",
        "Lists what will not arrive by itself after failures, by the place from which to send it again.",
        f"{_REPAIR}An item is checked off when its event arrives: the record comes, or the order moves on. "
        "--format csv has all items, those that are checked off with a moment in done_at. "
        "Exit status: 0 nothing is left, 1 something is.",
        (
            "impactgraph repair replay --failure F-queues",
            "impactgraph repair replay F-queues --format csv",
        ),
    ),
    Command(
        "repair messages",
        "Messages to customers to hold, send or correct, with the facts for a template.",
        f"{_REPAIR}Hold: messages that would go out by themselves and be wrong. Send: messages that are due "
        "and did not go out, and notices of promises that will be missed. "
        "impactgraph sends none of them. Exit status: 0 there is none, 1 there are some.",
        (
            "impactgraph repair messages --failure F-queues",
            "impactgraph repair messages --format json",
        ),
    ),
    Command(
        "repair first",
        "Orders at risk that keep their promise if they are treated first, by location and step.",
        f"{_REPAIR}The least slack comes first: the time until the promise, less what is left to do. Orders "
        "that miss their promise in any case are only counted. Exit status: 0 there is none, 1 there are "
        "some.",
        (
            "impactgraph repair first --failure F-queues",
            "impactgraph repair first --as-of -1h --format csv",
        ),
    ),
)
