"""Alerts in the quarantine that no rule matched, with elements that they may be about."""

import re
from dataclasses import dataclass

from impactgraph.alerts.catalogue import SENDERS
from impactgraph.alerts.message import MalformedAlertError
from impactgraph.alerts.outcome import Origin
from impactgraph.alerts.rules import AlertRules
from impactgraph.alerts.trial import Trial, read_report, trials
from impactgraph.ports.ingest import QuarantinedEvent
from impactgraph.ports.store import Store

_PLACE = re.compile(r"POST /webhooks/([^/]+)/([^/]+)")


@dataclass(frozen=True, slots=True)
class WaitingAlert:
    """An alert of a document in the quarantine; without a trial a whole document that cannot be read or was
    refused by a rule.
    """

    entry: QuarantinedEvent
    sender: str
    trial: Trial | None = None


def waiting_alerts(store: Store, limit: int) -> list[WaitingAlert]:
    """Of at most `limit` documents, the oldest first. An alert that waits in several of them is listed once,
    with the first.
    """
    topology = store.topology()
    alerts: dict[tuple[str, str], WaitingAlert] = {}
    documents = [
        (entry, *place.groups())
        for entry in store.quarantined_documents()
        if (place := _PLACE.fullmatch(entry.place)) is not None and place[1] in SENDERS
    ]
    for entry, sender, source in documents[:limit]:
        try:
            report = read_report(sender, entry.text.encode(), entry.received_at)
        except MalformedAlertError:
            alerts[sender, str(entry.number)] = WaitingAlert(entry, sender)
            continue
        results = trials(report, Origin(sender, source), AlertRules(), topology)
        waiting = [each for each in results if each.outcome.refusal and each.outcome.refusal in entry.reason]
        for trial in waiting:
            alerts.setdefault((sender, trial.outcome.failure), WaitingAlert(entry, sender, trial))
        if not waiting:
            alerts[sender, str(entry.number)] = WaitingAlert(entry, sender)
    return list(alerts.values())
