"""Commands about what failures affect, and why."""

from impactgraph.cli.entries.command import Command

COMMANDS = (
    Command(
        "blast-radius",
        "What a failure affects, now and in the next hours.",
        "Orders, money, postings and messages; who to call, and what to do. "
        "For the named failures, a hypothetical one, or all active ones.",
        (
            "impactgraph blast-radius --failure F-stock --by channel,step",
            "impactgraph blast-radius --as-of -2h --format json",
            "impactgraph blast-radius --target system:oms --class outage --until +2h --scope regions=uk",
        ),
    ),
    Command(
        "cost-of-delay",
        "What failures cost if they end now or later, and which of them to end first.",
        "Orders, promises, postings and refunds if the failures end now, in 30 minutes, 1, 2, 4 and 8 hours, "
        "each with its range; where the cost grows faster, the run of a batch or file that is the reason. Of "
        "several failures what each adds to the others.",
        (
            "impactgraph cost-of-delay --failure F-stock",
            "impactgraph cost-of-delay --ends 1h,2h,6h --format json",
        ),
    ),
    Command(
        "why",
        "Why an order is where it is, and what to tell the customer.",
        "The verdict in one sentence, a customer message, missing records, the timeline with what is "
        "expected next, "
        "causes, and the owner. --format csv has the timeline, one row per entry.",
        ("impactgraph why O-1001", "impactgraph why O-1001 --as-of -2h --format json"),
    ),
    Command(
        "explain",
        "Why a failure affects an order, hop by hop, or where it was stopped.",
        "Also explains why an order is not affected.",
        ("impactgraph explain F-stock O-1001",),
    ),
)
