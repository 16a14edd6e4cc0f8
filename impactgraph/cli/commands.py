"""All commands in the order of the help, and the groups of commands.

Their help texts and examples are in `entries`, by what they are about.
"""

from impactgraph.cli.entries import administration, data, findings, impact, incidents, repair, server

GROUPS = {
    "keys": "Makes, lists, rotates and revokes API keys.",
    "alerts": "Tries alerts, lists those that wait for a rule, and applies rules to them.",
    "failure": "Reports, updates, resolves and lists failures.",
    "repair": "What to replay, which messages to send or hold, and which orders to treat first.",
}
"""Summary of each command that only groups others."""
SUBGROUPS: dict[tuple[str, ...], str] = {("alerts", "rules"): "Checks the rules of alerts."}
"""Of groups inside of groups."""

COMMANDS = (
    *server.COMMANDS,
    *data.COMMANDS,
    *impact.COMMANDS,
    *incidents.COMMANDS,
    *repair.COMMANDS,
    *findings.COMMANDS,
    *administration.COMMANDS,
)
