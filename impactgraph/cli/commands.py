"""Which commands there are, what they say of themselves, and an example of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    name: str
    short: str
    more: str
    examples: tuple[str, ...]
    """Lines for a shell."""

    @property
    def where(self) -> str:
        """`module:function`, imported when the command is called."""
        module = self.name.replace("-", "_")
        return f"impactgraph.cli.{module}:{module}"

    @property
    def help(self) -> str:
        return f"{self.short}\n\n{self.more}"

    @property
    def epilogue(self) -> str:
        return "\n".join(
            (
                "Examples:" if len(self.examples) > 1 else "Example:",
                *(f"  {example}" for example in self.examples),
            )
        )


COMMANDS = (
    Command(
        "demo",
        "A retailer with two live failures: loads it, prints what they hit, serves it.",
        "600 stores, distribution centres, drop-ship suppliers, and orders in flight, made up from a seed as of now. "
        "It goes into a store of its own: --store is not touched, and --format has no meaning here.",
        ("impactgraph demo", "impactgraph demo --no-serve --orders 2000 --keep shop"),
    ),
    Command(
        "serve",
        "Serves GraphQL, events, export, health and metrics over HTTP.",
        "It listens once the store is open. One process at a time can use a store in a folder: while it is served, send events to POST /events. "
        "There is no login: keep it on a trusted network. --format has no meaning here.",
        ("impactgraph serve --store shop --port 8080",),
    ),
    Command(
        "validate",
        "Tells everything that is wrong with a topology, with file and line.",
        "No store is needed, and none is changed. Exit status: 0 it is valid (warnings or not), 2 it is not.",
        ("impactgraph validate topology/",),
    ),
    Command(
        "apply",
        "Makes a topology the current version.",
        "Of a faulty one nothing is applied; one that changes nothing makes no new version; events that were kept aside and now fit are taken. "
        "Exit status: 0 applied or unchanged (warnings or not), 2 it is faulty.",
        ("impactgraph apply topology/ --dry-run", "impactgraph apply topology.yaml --store shop"),
    ),
    Command(
        "ingest",
        "Takes order and failure events.",
        "What was taken before changes nothing, and the order of events does not matter. What cannot be taken is kept aside with its reason. "
        "Exit status: 0 all taken (repeats too), 1 some were kept aside, 2 nothing could be read.",
        (
            "impactgraph ingest orders.ndjson.gz failures.ndjson",
            "cat *.ndjson | impactgraph ingest -",
            "impactgraph ingest log.sqlite --mapping mapping.yaml",
        ),
    ),
    Command(
        "aside",
        "Lists events that were kept aside, or tries them again.",
        "Exit status: 0 done, 1 some had to be kept aside once more.",
        ("impactgraph aside", "impactgraph aside --replay"),
    ),
    Command(
        "blast-radius",
        "What a failure hits, now and in the next hours.",
        "Orders, money, postings and messages; whom to call, and what to do. Of the failures that are named, or supposed, or of all that are active.",
        (
            "impactgraph blast-radius --failure F-stock --by channel,step",
            "impactgraph blast-radius --as-of -2h --format json",
            "impactgraph blast-radius --target system:oms --class outage --until +2h --scope regions=uk",
        ),
    ),
    Command(
        "why",
        "Why an order is where it is, and what to tell the customer.",
        "The verdict in one sentence, words for the customer, what is missing, what happened and what is expected, the causes, whose it is. "
        "--format csv has the story, a line an entry.",
        ("impactgraph why O-1001", "impactgraph why O-1001 --as-of -2h --format json"),
    ),
    Command(
        "explain",
        "Why an order is affected by a failure, hop by hop, or what stopped it.",
        "An order that is not affected is an answer too.",
        ("impactgraph explain F-stock O-1001",),
    ),
    Command(
        "overdue",
        "Orders beyond their limit, what they have in common, and which elements would explain it.",
        "The limit is what the step declares, else what nearly all (p95) took before. No failure needs to be known. "
        "--report puts a suspect on record. Exit status: 0 nothing is overdue, or the report was taken; 1 something is; 2 the report was refused.",
        (
            "impactgraph overdue --by step,region",
            "impactgraph overdue --as-of -2h --format json",
            "impactgraph overdue --report 1",
        ),
    ),
    Command(
        "drift",
        "What is no longer as it was: slower, failing, avoided or refused more often.",
        "Steps and hand-overs by how long they take and how often they fail; locations, modes and channels by reroutes, refusals and cancellations, "
        "each against its own past of a week, with the hour in which it changed; the most orders behind it first. "
        "Places of which the same is told since about the same time are one line. Exit status: 0 nothing has moved, 1 something has.",
        (
            "impactgraph drift",
            "impactgraph drift --all --first 500",
            "impactgraph drift --as-of -2h --format csv",
        ),
    ),
    Command(
        "records",
        "Postings, messages, tasks and supplier orders that should have come and did not, or not so.",
        "Found from the steps that orders have passed: missing, late, doubled, of another amount than expected, out of sequence, "
        "each with money, age and likely cause; and hours in which a type came more often or less often than usual. "
        "Exit status: 0 nothing was found, 1 something was.",
        (
            "impactgraph records --effect missing --type invoice",
            "impactgraph records --where regions=uk --as-of -2h --format csv",
        ),
    ),
    Command(
        "payloads",
        "Trouble in what messages say: orders sent twice, incomplete ones, stock figures that differ, errors that say the same.",
        "Duplicates share an external id, or customer, basket and value within ten minutes. Errors of the last seven days are grouped by what they say without "
        "numbers, ids and quoted text. Exit status: 0 nothing was found, 1 something was.",
        (
            "impactgraph payloads",
            "impactgraph payloads --kind error_template --where steps=ship-from-store/pick --format json",
        ),
    ),
    Command(
        "doctor",
        "Checks the installation, the configuration, the store and the clock.",
        "Exit status: 0 all is well (warnings or not), 1 a check failed.",
        ("impactgraph doctor --store shop",),
    ),
)
