"""`impactgraph alerts`: what would become of an alert, which ones wait for a rule, and their rules."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graph_models.topology import Topology
    from impactgraph.usecases import QuarantinedEvent, Store

Payload = Annotated[Path, Parameter(help="File with a document as it is delivered; - for standard input.")]
SenderName = Annotated[
    str, Parameter(help="Kind of system that sends it, such as alertmanager (docs/alerts.md).")
]
Rules = Annotated[Path | None, Parameter(help="File of rules; without it no rule matches.")]
RulesFile = Annotated[Path, Parameter(help="File of rules.")]
SourceKey = Annotated[str, Parameter(help="Key of the source that would receive it.")]
TopologyPath = Annotated[
    Path | None,
    Parameter(
        name="--topology", help="Topology to look elements up in, a file or a folder [default: the store's]."
    ),
]
Sources = Annotated[
    Path | None,
    Parameter(help="File of the live sources [default: IMPACTGRAPH_SOURCES].", env_var="IMPACTGRAPH_SOURCES"),
]
Limit = Annotated[int, Parameter(help="Number of documents to look at, the oldest first; csv: all.")]
Numbers = Annotated[
    tuple[int, ...], Parameter(help="Numbers in the quarantine; none: all.", show_default=False)
]
LARGEST_LIMIT = 100_000


def try_(
    payload: Payload,
    /,
    *,
    sender: SenderName,
    rules: Rules = None,
    source: SourceKey = "try",
    topology: TopologyPath = None,
    common: Common = COMMON,
) -> int:
    """Prints what would become of a document; returns the exit status."""
    from impactgraph.alerts.catalogue import SENDERS
    from impactgraph.alerts.message import MalformedAlertError
    from impactgraph.alerts.outcome import Origin
    from impactgraph.alerts.rules import AlertRules
    from impactgraph.alerts.rules_format import load_rules
    from impactgraph.alerts.trial import read_report, trials
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.alerts_text import print_report, report_data, trial_rows
    from impactgraph.cli.output import present, print_error
    from impactgraph.errors import BadInputError
    from impactgraph.topology.near import did_you_mean

    if sender not in SENDERS:
        raise BadInputError(
            f"There is no sender {sender!r}.{did_you_mean(sender, SENDERS)} There are {', '.join(SENDERS)}."
        )
    rule_list = load_rules(rules) if rules else AlertRules()
    text = _read(payload)
    try:
        report = read_report(sender, text, system_clock())
    except MalformedAlertError as error:
        print_error(f"{payload}: it would be quarantined: {error}")
        return 1
    results = trials(report, Origin(sender, source), rule_list, _topology(topology, common))
    present(
        common.format,
        text=lambda out: print_report(out, report, results),
        data=lambda: report_data(report, results),
        rows=lambda: trial_rows(results),
    )
    return 1 if any(each.problem for each in results) else 0


def check(file: RulesFile, /, *, topology: TopologyPath = None, common: Common = COMMON) -> int:
    """Prints all problems of a file of rules; returns the exit status."""
    from impactgraph.alerts.rules_format import load_rules
    from impactgraph.alerts.trial import element_problems
    from impactgraph.cli.encode import Encoder
    from impactgraph.cli.formats import count
    from impactgraph.cli.outcomes import problem_rows
    from impactgraph.cli.output import present, print_problems
    from impactgraph.errors import BadInputError

    elements = _topology(topology, common)
    rules = None
    try:
        rules = load_rules(file)
        problems = element_problems(rules, elements) if elements is not None else ()
    except BadInputError as error:
        problems = error.problems
    number = len(rules.rules) if rules else 0
    verdict = f"is valid: {count(number, 'rule')}" if not problems else "is not valid"
    present(
        common.format,
        text=lambda out: out.print(f"{file} {verdict}."),
        data=lambda: {"valid": not problems, "rules": number, "problems": Encoder().encode(tuple(problems))},
        rows=lambda: problem_rows(problems, ()),
    )
    print_problems("error", problems)
    return 2 if problems else 0


def waiting(*, limit: Limit = 1_000, common: Common = COMMON) -> int:
    """Lists alerts that no rule matched, with elements that they may be about; returns the exit status."""
    from impactgraph.cli.alerts_text import print_waiting, waiting_data, waiting_rows
    from impactgraph.cli.answers.targets import store_itself
    from impactgraph.cli.output import present
    from impactgraph.errors import BadInputError
    from impactgraph.sources.waiting_alerts import waiting_alerts
    from impactgraph.usecases.quarantine import MOST

    if not 1 <= limit <= LARGEST_LIMIT:
        raise BadInputError(f"The limit is {limit}; give a number from 1 to {LARGEST_LIMIT:,}.")
    with store_itself("alerts waiting", common) as store:
        alerts = waiting_alerts(store, MOST if common.format == "csv" else limit)
    present(
        common.format,
        text=lambda out: print_waiting(out, alerts),
        data=lambda: waiting_data(alerts),
        rows=lambda: waiting_rows(alerts),
    )
    return 1 if alerts else 0


def replay(numbers: Numbers = (), /, *, sources: Sources = None, common: Common = COMMON) -> int:
    """Applies the present rules to alerts in the quarantine; returns the exit status."""
    from impactgraph.cli.answers.targets import store_itself
    from impactgraph.cli.aside import print_result
    from impactgraph.cli.ingest import print_quarantined
    from impactgraph.cli.outcomes import ingest_json, quarantine_rows
    from impactgraph.cli.output import present
    from impactgraph.cli.sources import load_file
    from impactgraph.sources.config import AlertsSource
    from impactgraph.sources.live_sources import document_translators
    from impactgraph.sources.replay import replay_documents

    configs = [each for each in load_file(sources) if isinstance(each, AlertsSource)]
    translators = document_translators(configs)
    with store_itself("alerts replay", common) as store:
        numbers_to_replay = [each.number for each in _documents(store, numbers) if each.origin in translators]
        result = replay_documents(store, translators, numbers_to_replay)
    print_quarantined(result)
    present(
        common.format,
        text=lambda out: print_result(out, result),
        data=lambda: ingest_json(result),
        rows=lambda: quarantine_rows(result.quarantined),
    )
    return 1 if result.quarantined else 0


def _documents(store: "Store", numbers: "Sequence[int]") -> "Sequence[QuarantinedEvent]":
    """Raises NotFoundError for a number that is not that of a document in the quarantine."""
    from impactgraph.errors import NotFoundError

    documents = store.quarantined_documents(list(numbers) or None)
    for number in numbers:
        if number not in {each.number for each in documents}:
            raise NotFoundError(f"number {number} among the documents in the quarantine")
    return documents


def _read(payload: Path) -> bytes:
    import sys

    from impactgraph.errors import BadInputError, Problem

    if str(payload) == "-":
        return sys.stdin.buffer.read()
    try:
        return payload.read_bytes()
    except OSError as error:
        raise BadInputError(
            Problem(f"The payload cannot be read: {error.strerror or error}.", str(payload))
        ) from error


def _topology(path: Path | None, common: Common) -> "Topology | None":
    """That of the path, else of the store; None where there is none, or the store is in use.

    Raises BadInputError where that of the path is invalid.
    """
    from impactgraph.bootstrap import store_exists
    from impactgraph.cli.stores import existing_store
    from impactgraph.errors import BadInputError, ImpactGraphError
    from impactgraph.usecases.validate_topology import validate_path

    if path is not None:
        validation = validate_path(path)
        if validation.topology is None:
            raise BadInputError(*validation.errors)
        return validation.topology
    with suppress(ImpactGraphError):
        if store_exists(common.store):
            with existing_store(common.store) as store:
                return store.topology()
    return None
