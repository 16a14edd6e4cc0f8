"""Commands about backups, removals and the health of a store."""

from impactgraph.cli.entries.command import Command

COMMANDS = (
    Command(
        "backup",
        "Backs the store up into a folder, also while a server has it open.",
        "Consistent and incremental: only parts that the folder lacks are written. If a server has the "
        "store open, it sends them. What was forgotten is removed from the earlier backups, "
        "too. Exit status: 0 written, 2 refused.",
        (
            "impactgraph backup /backups/shop --store shop",
            "impactgraph backup /backups/shop --keep 30 --include keys.json --verify",
        ),
    ),
    Command(
        "restore",
        "Makes a new store from a backup.",
        "--store names the new one: a folder that does not exist yet, or an empty Neo4j database, whatever "
        "store "
        "the backup is of. It appears as a whole or not at all, and its totals are compared with those of "
        "the "
        "backup. Exit status: 0 restored, 2 refused, or a file of the backup is damaged.",
        (
            "impactgraph restore /backups/shop --store shop-new",
            "impactgraph restore /backups/shop --store shop-new --until -2d",
            "impactgraph restore /backups/shop --list",
        ),
    ),
    Command(
        "retention",
        "Removes ended orders, and entries of the quarantine, by their age.",
        "By the rules of a file. Without --apply it only counts. The state of moments before the removal is "
        "no "
        "longer known, and questions about it are refused. `serve --retention` applies the rules every day. "
        "Exit status: 0 counted or removed, 2 refused.",
        ("impactgraph retention retention.yaml", "impactgraph retention retention.yaml --apply"),
    ),
    Command(
        "forget",
        "Removes an order, or a value of an attribute, for good.",
        "From events, columns, quarantine, reports of ingests and the graph, and with --backup from "
        "backups. Then it searches everything that the store keeps, and says where something is left. A hash "
        "of the id stays, so that events of the order that arrive again are not stored. Exit status: 0 "
        "nothing is left, 1 something is, or the command was not confirmed, 2 refused.",
        (
            "impactgraph forget --order O-1 --yes",
            "impactgraph forget --attribute customer-email=jane@example.com --also customer-name --backup "
            "/backups/shop",
        ),
    ),
    Command(
        "doctor",
        "Checks the installation, the configuration, the store and the clock.",
        "--config checks the configuration alone, all of it at once: misspelled settings, files of sources, "
        "notices, access and retention, the mappings, rules and secrets that they name, and topologies that "
        "are given; it opens no store and connects to nothing. Exit status: 0 no check failed (possibly with "
        "warnings), 1 a check failed.",
        ("impactgraph doctor --store shop", "impactgraph doctor --config topology/"),
    ),
)
