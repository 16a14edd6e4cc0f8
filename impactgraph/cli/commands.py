"""The commands with their help texts and examples."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    name: str
    summary: str
    details: str
    examples: tuple[str, ...]
    """Lines for a shell."""

    @property
    def function_path(self) -> str:
        """`module:function`, imported when the command is called."""
        words = [word.replace("-", "_") for word in self.name.split()]
        function = f"{words[-1]}_" if words[-1] in _BUILTINS else words[-1]
        return f"impactgraph.cli.{words[0]}:{function}"

    @property
    def words(self) -> tuple[str, ...]:
        """The words that call it: a group and a command, or a command."""
        return tuple(self.name.split())

    @property
    def help(self) -> str:
        return f"{self.summary}\n\n{self.details}"

    @property
    def epilogue(self) -> str:
        title = "Examples:" if len(self.examples) > 1 else "Example:"
        return "\n".join((title, *(f"  {example}" for example in self.examples)))


_BUILTINS = ("list", "try")
"""Names of commands whose function must have another name: built-ins and keywords."""
GROUPS = {
    "keys": "Makes, lists, rotates and revokes API keys.",
    "alerts": "Tries alerts, lists those that wait for a rule, and applies rules to them.",
    "failure": "Reports, updates, resolves and lists failures.",
    "repair": "What to replay, which messages to send or hold, and which orders to treat first.",
}
"""Summary of each command that only groups others."""
SUBGROUPS: dict[tuple[str, ...], str] = {("alerts", "rules"): "Checks the rules of alerts."}
"""Of groups inside of groups."""
_KEYS = "Works on the store, also while a server runs. "
_FAILURE_STATUS = (
    "Prints what would change (the fields, and what the failure affects before and after), and changes it "
    "once you confirm: on a terminal it asks, elsewhere --yes confirms. "
    "Exit status: 0 changed, 1 not confirmed, 2 refused."
)
_INCIDENT_STATUS = (
    "The incident is named by its id, or by that of one of its failures. With --version, the action is "
    "refused where somebody has acted since. Exit status: 0 recorded, 2 refused."
)
_REPAIR = (
    "Of an incident, of failures, or (without either) of all failures that are active or have left "
    "something to repair. "
)

COMMANDS = (
    Command(
        "demo",
        "A retailer with two live failures: loads it, prints what they affect, serves it.",
        "600 stores, distribution centres, drop-ship suppliers, and orders in flight, generated from a seed "
        "as of now. "
        "The demo has a store of its own: --store and --format are ignored.",
        ("impactgraph demo", "impactgraph demo --no-serve --orders 2000 --keep shop"),
    ),
    Command(
        "serve",
        "Serves GraphQL, events, export, health and metrics over HTTP.",
        "The port opens once the store is open. Only one process at a time can use a store in a folder: "
        "while it is served, other commands find the server by the store's folder and ask it, "
        "and POST /events takes events. "
        "Live sources of a file are followed while it runs, and POST /in/{source} takes webhooks; "
        "notices are sent by the rules of another file. "
        "It listens on this machine only, without authentication, until there is a key or an access file; "
        "elsewhere it refuses to start without authentication (docs/access.md). --format is ignored.",
        (
            "impactgraph serve --store shop --port 8080",
            "impactgraph serve --store shop --sources sources.yaml --notices notices.yaml",
            "impactgraph serve --store shop --host 0.0.0.0 --access access.yaml",
        ),
    ),
    Command(
        "keys create",
        "Makes an API key, and prints it once.",
        f"{_KEYS}The role says what the key permits; --region, --brand, --channel and --location limit the "
        "orders that it shows. Only a hash of it is stored.",
        (
            "impactgraph keys create --name grafana --role admin --expires +90d",
            "impactgraph keys create --name desk-de --role service-desk --region DE --region AT",
        ),
    ),
    Command(
        "keys list",
        "Lists API keys: what they permit, when they were last used, and until when they are valid.",
        f"{_KEYS}Revoked and expired keys stay in the list: the audit log names them.",
        ("impactgraph keys list", "impactgraph keys list --format json"),
    ),
    Command(
        "keys rotate",
        "Gives an API key a new secret, and prints it once.",
        f"{_KEYS}The former secret stays valid for --overlap, so that programs change one after another; an "
        "earlier one ends at once.",
        ("impactgraph keys rotate grafana", "impactgraph keys rotate 3f9c0a12de --overlap 0s"),
    ),
    Command(
        "keys revoke",
        "Ends an API key for good.",
        f"{_KEYS}Servers refuse it within two seconds, and end its subscriptions.",
        ("impactgraph keys revoke grafana",),
    ),
    Command(
        "keys generate",
        "Prints a random key for IMPACTGRAPH_ADMIN_KEY_FILE; nothing is stored.",
        "Put it into a secret that is mounted as a file: whoever has it is an administrator. --store, "
        "--server and --format are ignored.",
        ("impactgraph keys generate > admin.key",),
    ),
    Command(
        "audit",
        "Who did what: every change and, if set, every question.",
        "The audit log of the store or, with --server, of a server. A change is one line here; --format json "
        "has the entries as they were written, one before and one after each change, with the hashes that "
        "chain them. `doctor` verifies the chain.",
        ("impactgraph audit --since -1d", "impactgraph audit --format json"),
    ),
    Command(
        "mcp",
        "Questions as tools for assistants, over standard input and output (MCP).",
        "An assistant starts it by itself and asks the store, or with --server a server, with the token in "
        "IMPACTGRAPH_TOKEN. The tools change nothing. docs/mcp.md shows how assistants are set up. "
        "Needs the extra `mcp`. --format is ignored.",
        ("impactgraph mcp --store shop", "impactgraph mcp --server https://impactgraph.example.com"),
    ),
    Command(
        "init",
        "Writes a small topology with comments, and example events, to start your own from.",
        "The layout is one for a repository: the topology is kept, the store (.impactgraph) ignored by git. "
        "No file is overwritten. --store, --format and --server are ignored.",
        ("impactgraph init", "impactgraph init landscape"),
    ),
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
        "Of a CSV file or an OCEL 2.0 log it guesses which columns, object types and activities are what, "
        "unless --mapping says it; files of CloudEvents need none. The draft topology has the workflows as "
        "the orders took them: steps, transitions with shares, durations, records. A comment on each line "
        "says how often it was seen; what is unsure is named. Overwrites nothing, and needs no store: "
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
        "Events that cannot be accepted are quarantined with a reason. The import report says what became of "
        "every entry of each file: taken, repeated, quarantined, or passed over with the reason. "
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
        "Kafka topics, a query in PostgreSQL, or a folder. Events and position are stored together: "
        "it may be stopped and killed at any moment, and reads on from there. "
        "`serve --sources FILE` follows all sources of a file. --format and --server are ignored.",
        (
            "impactgraph follow orders --sources sources.yaml",
            "impactgraph follow exports --sources sources.yaml --once",
        ),
    ),
    Command(
        "sources",
        "Lists live sources: state, lag, what came of them.",
        "Of the server that follows them; else, with --sources, what the store knows of them. "
        "Exit status: 0 none waits or failed, 1 one does.",
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
        "What would become of a document of an alert sender, and why.",
        "Nothing is stored. Elements are looked up in the topology of the store, where there is one. "
        "Exit status: 0 nothing would be quarantined, 1 something would.",
        (
            "impactgraph alerts try payload.json --sender alertmanager --rules alerts.yaml",
            "impactgraph alerts try payload.json --sender datadog --format json",
        ),
    ),
    Command(
        "alerts waiting",
        "Alerts that no rule matched, with elements that they may be about, by their names.",
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
        "All problems of a file of rules.",
        "Also elements that the topology of the store does not have. Exit status: 0 no errors, 2 errors.",
        ("impactgraph alerts rules check alerts.yaml --topology topology.yaml",),
    ),
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
    Command(
        "failure report",
        "Reports a failure of an element.",
        f"{_FAILURE_STATUS} The same report again changes nothing.",
        (
            "impactgraph failure report system:oms --class outage --until +2h --summary 'OMS is down'",
            "impactgraph failure report system:mq --class backlog --delay 40m --scope regions=uk --yes",
        ),
    ),
    Command(
        "failure update",
        "Corrects or extends a failure.",
        f"{_FAILURE_STATUS} What is not given stays as it is.",
        (
            "impactgraph failure update F-stock --until +4h",
            "impactgraph failure update F-stock --scope regions=uk,emea-north --yes",
        ),
    ),
    Command(
        "failure resolve",
        "Ends a failure.",
        _FAILURE_STATUS,
        ("impactgraph failure resolve F-stock", "impactgraph failure resolve F-stock --at -15m --yes"),
    ),
    Command(
        "failure list",
        "Lists the failures on record, the newest first.",
        "Active, announced and ended ones.",
        ("impactgraph failure list --active",),
    ),
    Command(
        "overdue",
        "Orders past their limit, what they have in common, and the likely causes.",
        "The limit is the one that the step declares, else the 95th percentile of past durations. "
        "No failure has to be reported. --report reports a suspect as a failure. "
        "Exit status: 0 nothing is overdue, or the report was accepted; 1 orders are overdue; 2 the report "
        "was rejected.",
        (
            "impactgraph overdue --by step,region",
            "impactgraph overdue --as-of -2h --format json",
            "impactgraph overdue --report 1",
        ),
    ),
    Command(
        "incidents",
        "Failures and alerts with one cause, most costly first, with the likeliest causes of each.",
        "Failures on record that are active or have left something to do, and the alerts of a file, are "
        "grouped by what would explain them: each element is tried as the cause, its failure is propagated "
        "through the topology, and compared with what is reported and what is silent. "
        "Exit status: 0 no incident affects anything, 1 one does.",
        (
            "impactgraph incidents",
            "impactgraph incidents --alerts alerts.ndjson --monitors system:oms,system:broker",
        ),
    ),
    Command(
        "incidents acknowledge",
        "Records that somebody is looking after an incident.",
        _INCIDENT_STATUS,
        ('impactgraph incidents acknowledge F-stock --by ana --note "I look into it"',),
    ),
    Command(
        "incidents assign",
        "Assigns an incident to a team or a person.",
        _INCIDENT_STATUS,
        ("impactgraph incidents assign F-stock team:orders --by ana",),
    ),
    Command(
        "incidents note",
        "Adds a note to an incident.",
        _INCIDENT_STATUS,
        ('impactgraph incidents note F-stock --note "The carrier was called" --by ana',),
    ),
    Command(
        "incidents mitigate",
        "Records that the harm of an incident is contained.",
        _INCIDENT_STATUS,
        ("impactgraph incidents mitigate F-stock --by ana",),
    ),
    Command(
        "incidents close",
        "Closes an incident.",
        f"A failure that begins later reopens it. {_INCIDENT_STATUS}",
        ("impactgraph incidents close F-stock --by ana --version 3",),
    ),
    Command(
        "incidents reopen",
        "Reopens a closed incident.",
        f"It stays open until it is closed by hand. {_INCIDENT_STATUS}",
        ("impactgraph incidents reopen F-stock --by ana",),
    ),
    Command(
        "incidents merge",
        "Merges incidents into one, whatever their likely causes.",
        _INCIDENT_STATUS,
        ("impactgraph incidents merge F-stock F-queues --by ana",),
    ),
    Command(
        "incidents split",
        "Splits failures off an incident; they become an incident of their own.",
        _INCIDENT_STATUS,
        ("impactgraph incidents split F-stock F-queues --by ana",),
    ),
    Command(
        "incidents done",
        "Records that a step of the checklist of an incident was done.",
        f"Nothing is carried out. {_INCIDENT_STATUS}",
        ("impactgraph incidents done F-stock 2 --by ana",),
    ),
    Command(
        "incidents checklist",
        "The steps of the playbooks that fit the cause of an incident, with what each saves.",
        "A step whose playbook says that it ends a failure or clears a backlog is computed as if it were "
        "done now, and in an hour.",
        ("impactgraph incidents checklist F-stock",),
    ),
    Command(
        "incidents report",
        "All that is known about an incident at a moment, as Markdown or JSON.",
        "Timeline, causes with their evidence, what is affected, what is left, the checklist, and who did "
        "what. The same moment gives the same bytes, whenever it is asked for.",
        ("impactgraph incidents report F-stock", "impactgraph incidents report F-stock --at -2h"),
    ),
    Command(
        "notices",
        "Who was notified of incidents, and who would be.",
        "`serve --notices FILE` notifies channels of incidents by rules. Lists what became of each notice: "
        "sent, waiting, failed (tried again), given up, and why. `notices try` prints what the rules "
        "would send now; nothing is sent. Exit status: 0 none failed, 1 one did and is tried again.",
        (
            "impactgraph notices --state failed --state given_up",
            "impactgraph notices try --notices notices.yaml",
        ),
    ),
    Command(
        "measures",
        "Incidents and what they cost, by week or month.",
        "How many, how long until they were detected, acknowledged, mitigated and healed, orders affected "
        "and promises missed because of them, alerts; per cause, owner and element. Promises kept by "
        "channel, exceptions by step, money in late postings, and forecasts compared with what "
        "happened. What is not known is named. --format csv has a row for each figure.",
        ("impactgraph measures", "impactgraph measures --by month --since -180d --format csv"),
    ),
    Command(
        "repair replay",
        "What does not come by itself after failures, by the place from which it is sent again.",
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
        f"{_REPAIR}Messages that would go out by themselves and be wrong are to be held. To be sent are "
        "those that are due and did not go out, and news of a promise that will be missed. "
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
        "What a system says it has, compared with what should be there by then.",
        "Reads a list (CSV or JSON) of ids of orders, fulfillments or documents, with states and amounts, as "
        "of a moment, and finds what is missing there although it was due, with the step or record that "
        "should have brought it and the failure that explains it; what is unknown here; and what has another "
        "amount, currency or state. The list is kept: its findings are among those of `records` and `why` "
        "until a later list or event heals them. Without a list it compares the latest one again. "
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
    Command(
        "backup",
        "Backs the store up into a folder, also while a server has it open.",
        "Consistent and incremental: only parts that the folder lacks are written. A server that has the "
        "store open is found and asked for them. What was forgotten is removed from the earlier backups, "
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
        "the backup is of. It is there as a whole or not at all, and its totals are compared with those of "
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
        "of the id stays, by which events of the order that come again are not stored. Exit status: 0 "
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
