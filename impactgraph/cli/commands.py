"""Which commands there are, with an example of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    name: str
    short: str
    examples: tuple[str, ...]
    order: int

    @property
    def where(self) -> str:
        """`module:function`, imported when the command is called."""
        module = self.name.replace("-", "_")
        return f"impactgraph.cli.{module}:{module}"

    @property
    def epilogue(self) -> str:
        head = "Examples:" if len(self.examples) > 1 else "Example:"
        return "\n".join((head, *(f"  impactgraph {example}" for example in self.examples)))


_ALL = (
    ("demo", "A retailer with two live failures: loads it, prints the first blast radius, serves it.", ("demo", "demo --no-serve --orders 2000 --keep shop")),
    ("serve", "Serves GraphQL, events, export, health and metrics over HTTP.", ("serve --store shop --port 8080",)),
    ("validate", "Tells everything that is wrong with a topology.", ("validate topology/",)),
    ("apply", "Makes a topology the current version.", ("apply topology/ --dry-run", "apply topology.yaml --store shop")),
    ("ingest", "Takes order and failure events.", ("ingest orders.ndjson.gz failures.ndjson", "kcat -b broker -t orders | impactgraph ingest -")),
    ("aside", "Lists events that were kept aside, or tries them again.", ("aside", "aside --replay")),
    (
        "blast-radius",
        "What a failure hits, now and in the next hours.",
        (
            "blast-radius --failure F-stock --by channel,step",
            "blast-radius --as-of -2h --format json",
            "blast-radius --target system:oms --class outage --until +2h --scope regions=uk,dach",
        ),
    ),
    ("explain", "Why an order is affected by a failure, or what stopped it.", ("explain F-stock O-1001",)),
    ("doctor", "Checks the installation, the configuration, the store and the clock.", ("doctor --store shop",)),
)

COMMANDS = tuple(Command(name, short, examples, order) for order, (name, short, examples) in enumerate(_ALL))
