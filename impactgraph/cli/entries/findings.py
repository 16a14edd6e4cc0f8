"""Commands about orders and records, and what is wrong with them."""

from impactgraph.cli.entries.command import Command

COMMANDS = (
    Command(
        "drift",
        "Steps, locations, modes and channels whose duration, error rate, reroutes, rejections or "
        "cancellations changed.",
        "Compares durations and errors of steps and hand-overs, and reroutes, rejections and cancellations "
        "of locations, "
        "modes and channels with their own past week, and names the hour of the change; those with the most "
        "orders first. "
        "Places with the same change at about the same time are one line. "
        "Exit status: 0 no change, 1 changes found.",
        (
            "impactgraph drift",
            "impactgraph drift --all --first 500",
            "impactgraph drift --as-of -2h --format csv",
        ),
    ),
    Command(
        "export",
        "Writes any list completely, as CSV or as lines of JSON.",
        "Every list of GraphQL, with its arguments; without LIST, prints the names of all. CSV, or with "
        "--format json an object a line. Row filters and masks are those of the list.",
        (
            "impactgraph export",
            "impactgraph export overdue.orders > overdue.csv",
            "impactgraph export recordList.lines --argument states=MISSING --format json",
        ),
    ),
    Command(
        "orders",
        "Lists orders by status, system, step or missing record.",
        "All orders, completed and cancelled ones too. --format csv has all that match, without a limit.",
        (
            "impactgraph orders --status in_flight --system oms",
            "impactgraph orders --missing invoice --as-of -2h",
            "impactgraph orders --step ship-from-store/pick --where channels=web --format csv",
        ),
    ),
    Command(
        "records",
        "Postings, messages, tasks and supplier orders that are missing, late, duplicate or wrong.",
        "Derived from the steps that orders have passed: missing, late, duplicate, with another amount than "
        "expected, "
        "out of sequence, each with amount, age and likely cause; and hours in which more or fewer records "
        "than usual "
        "of a type arrived. --state lists all records by state instead, also those that are as expected. "
        "Exit status: 0 no findings, 1 findings.",
        (
            "impactgraph records --effect missing --type invoice",
            "impactgraph records --where regions=uk --as-of -2h --format csv",
            "impactgraph records --state made --state due --type invoice",
        ),
    ),
    Command(
        "reconcile",
        "Compares what a system says it has with what it should have by then.",
        "Reads a list (CSV or JSON) of ids of orders, fulfillments or documents, with states and amounts, as "
        "of a moment, and finds what is missing there although it was due, with the step or record that "
        "should have delivered it and the failure that explains it; what is unknown here; and what has "
        "another amount, currency or state. The list is kept: its findings are among those of `records` and "
        "`why` until a later list or event resolves them. Without a list it compares the latest one again. "
        "Exit status: 0 no findings, 1 findings or rows that cannot be read.",
        (
            "impactgraph reconcile erp.csv --system erp",
            "impactgraph reconcile erp.csv --system erp --as-of -2h --placed-from -7d",
            "impactgraph reconcile erp.json --system erp --states CLSD=completed --format json",
            "impactgraph reconcile --system erp --format csv",
        ),
    ),
    Command(
        "payloads",
        "Findings in message contents: duplicate and incomplete orders, stock differences, recurring errors.",
        "Duplicates share an external id, or customer, basket and value within ten minutes. Errors of the "
        "last seven days "
        "are grouped by their text without numbers, ids and quoted parts. Exit status: 0 no findings, 1 "
        "findings.",
        (
            "impactgraph payloads",
            "impactgraph payloads --kind error_template --where steps=ship-from-store/pick --format json",
        ),
    ),
)
