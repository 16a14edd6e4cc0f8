"""Commands about failures, overdue orders, incidents, their notices and measures."""

from impactgraph.cli.entries.command import Command

_FAILURE_STATUS = (
    "Prints what would change (the fields, and what the failure affects before and after), and changes it "
    "once you confirm: on a terminal it asks, elsewhere --yes confirms. "
    "Exit status: 0 changed, 1 not confirmed, 2 refused."
)
_INCIDENT_STATUS = (
    "The incident is named by its id, or by that of one of its failures. With --version, the action is "
    "refused where somebody has acted since. Exit status: 0 recorded, 2 refused."
)

COMMANDS = (
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
        f"{_FAILURE_STATUS} Fields that are not given stay unchanged.",
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
        f"One whose failures have ended stays open until it is closed by hand. {_INCIDENT_STATUS}",
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
        "incidents start",
        "Records that a person starts a step of the checklist of an incident, with the approval it needs.",
        "Where its playbook names an automation, a server with notices sends a request there, once. "
        f"{_INCIDENT_STATUS}",
        ("impactgraph incidents start F-stock 2 --by ana",),
    ),
    Command(
        "incidents done",
        "Records that a step of the checklist of an incident was done.",
        f"impactgraph does not carry it out. {_INCIDENT_STATUS}",
        ("impactgraph incidents done F-stock 2 --by ana",),
    ),
    Command(
        "incidents undo",
        "Takes back that a step of the checklist of an incident was done: it was recorded by mistake.",
        f"impactgraph does not undo what was carried out. {_INCIDENT_STATUS}",
        ("impactgraph incidents undo F-stock 2 --by ana",),
    ),
    Command(
        "incidents checklist",
        "The steps of the playbooks that fit the cause of an incident, with what each saves.",
        "A step whose playbook says what it changes (it ends a failure, clears a backlog, opens an "
        "alternative, moves orders, holds records) is forecast as if it were done now, and in an hour.",
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
        "`serve --notices FILE` notifies channels of incidents by rules. Lists the outcome of each notice: "
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
        "happened. Unknown figures are listed with the reason. --format csv has a row for each figure.",
        ("impactgraph measures", "impactgraph measures --by month --since -180d --format csv"),
    ),
)
