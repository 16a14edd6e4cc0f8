"""Commands about what comes in: topologies, events, live sources, alerts."""

from impactgraph.cli.entries.command import Command

COMMANDS = (
    Command(
        "validate",
        "Prints all problems of a topology, with file and line.",
        "Needs no store and changes none. Exit status: 0 valid (possibly with warnings), 2 invalid.",
        ("impactgraph validate topology/",),
    ),
    Command(
        "apply",
        "Makes a topology the current version.",
        "An invalid topology is rejected as a whole; an unchanged one creates no new version; "
        "quarantined events that the new version fits are accepted. "
        "Exit status: 0 applied or unchanged (possibly with warnings), 2 invalid.",
        ("impactgraph apply topology/ --dry-run", "impactgraph apply topology.yaml --store shop"),
    ),
    Command(
        "discover",
        "Drafts a mapping and a topology from a log.",
        "Guesses what the columns, object types and activities of a CSV file or an OCEL 2.0 log mean, unless "
        "--mapping defines it; files of CloudEvents need no mapping. The draft topology has the workflows "
        "that the orders followed: steps, transitions with shares, durations, records. A comment on each "
        "line says how often it was seen; unsure guesses are listed. Overwrites nothing, and needs no store: "
        "--store and --server are ignored.",
        (
            "impactgraph discover orders.csv",
            "impactgraph discover log.sqlite --mapping mapping.yaml --out draft",
            "impactgraph discover events.ndjson.gz --format json",
        ),
    ),
    Command(
        "ingest",
        "Ingests order and failure events.",
        "Duplicates change nothing, and the order of events does not matter. "
        "Events that cannot be accepted are quarantined with a reason. The import report has the outcome of "
        "every entry of each file: accepted, duplicate, quarantined, or passed over with the reason. "
        "Exit status: 0 all accepted (or duplicates), 1 some were quarantined, or passed over although the "
        "mapping names them, 2 nothing could be read.",
        (
            "impactgraph ingest orders.ndjson.gz failures.ndjson",
            "cat *.ndjson | impactgraph ingest -",
            "impactgraph ingest log.sqlite --mapping mapping.yaml --dry-run",
            "impactgraph ingest log.sqlite --mapping mapping.yaml",
            "impactgraph ingest --undo 3",
        ),
    ),
    Command(
        "follow",
        "Follows one live source into the store, without a server.",
        "Kafka topics, a query in PostgreSQL, a folder, or lists of a system. Events and position are "
        "stored together: it may be stopped or killed at any moment, and continues from there. "
        "`serve --sources FILE` follows all sources of a file. --format and --server are ignored.",
        (
            "impactgraph follow orders --sources sources.yaml",
            "impactgraph follow exports --sources sources.yaml --once",
        ),
    ),
    Command(
        "sources",
        "Lists live sources: state, lag, and what was ingested.",
        "As the server that follows them reports them; without a server, with --sources, from the store. "
        "Exit status: 0 no source is waiting or has failed, 1 one is or has.",
        ("impactgraph sources", "impactgraph sources --sources sources.yaml --format json"),
    ),
    Command(
        "aside",
        "Lists quarantined events, or retries them.",
        "Exit status: 0 done, 1 some were quarantined again.",
        (
            "impactgraph aside",
            "impactgraph aside --replay",
            "impactgraph aside --replay --sources sources.yaml",
        ),
    ),
    Command(
        "alerts try",
        "Shows what a document of an alert sender would become, and why.",
        "Nothing is stored. Elements are looked up in the topology of the store, where there is one. "
        "Exit status: 0 nothing would be quarantined, 1 something would.",
        (
            "impactgraph alerts try payload.json --sender alertmanager --rules alerts.yaml",
            "impactgraph alerts try payload.json --sender datadog --format json",
        ),
    ),
    Command(
        "alerts waiting",
        "Lists alerts that no rule matched, with the elements that they may be about, by name.",
        "A suggestion is never applied by itself. Exit status: 0 none wait, 1 some do.",
        ("impactgraph alerts waiting", "impactgraph alerts waiting --format json"),
    ),
    Command(
        "alerts replay",
        "Applies the present rules to alerts in the quarantine.",
        "Exit status: 0 done, 1 some were quarantined again.",
        ("impactgraph alerts replay --sources sources.yaml",),
    ),
    Command(
        "alerts rules check",
        "Prints all problems of a file of rules.",
        "Elements that the topology of the store lacks are among them. Exit status: 0 no errors, 2 errors.",
        ("impactgraph alerts rules check alerts.yaml --topology topology.yaml",),
    ),
)
