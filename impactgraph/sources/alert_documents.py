"""Makes events of the documents that senders of alerts deliver, by the rules of the source."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from graph_models.time import Millis
from impactgraph.alerts.catalogue import SENDERS
from impactgraph.alerts.message import AlertMessage, AlertState, MalformedAlertError, SenderReport
from impactgraph.alerts.outcome import Origin, Outcome, outcomes_of
from impactgraph.alerts.rules import AlertRules
from impactgraph.alerts.rules_format import load_rules
from impactgraph.sources.config import AlertsSource
from impactgraph.sources.documents import Document, PresentAlert, Translation

log = structlog.get_logger("impactgraph.sources")


@dataclass(frozen=True, slots=True)
class AlertTranslator:
    """Reads the documents of one source."""

    origin: Origin
    rules: AlertRules
    confirm: Callable[[str], object] | None = None
    """Visits the address by which a subscription is confirmed; None: nothing is visited."""

    def __call__(self, documents: Sequence[Document]) -> Translation:
        """The events of the documents in their order.

        A document is refused where one of its alerts is: retried, it gives the same events again.
        """
        translation = Translation()
        for document in documents:
            try:
                report = self.read(document)
            except MalformedAlertError as error:
                translation.refuse(document, str(error))
                continue
            self._add(document, report, translation)
        return translation

    def read(self, document: Document) -> SenderReport:
        """Raises MalformedAlertError, whatever is wrong with the document."""
        try:
            return SENDERS[self.origin.sender].read(document.text, document.received_at)
        except MalformedAlertError:
            raise
        except Exception as error:
            # a document can be odd in a way that no reader foresaw: it is kept, and the others are stored
            log.error("an alert cannot be read", source=self.origin.source, exc_info=error)
            raise MalformedAlertError(f"it cannot be read: {type(error).__name__}") from error

    def outcomes(self, report: SenderReport, received_at: Millis) -> list[Outcome]:
        return [
            outcome
            for message in report.messages
            for outcome in outcomes_of(message, self.origin, self.rules, received_at)
        ]

    def _add(self, document: Document, report: SenderReport, translation: Translation) -> None:
        reasons: dict[str, None] = {}
        for outcome in self.outcomes(report, document.received_at):
            if outcome.event is not None:
                if (alert := _present(outcome, document)) is not None:
                    translation.present[len(translation.lines)] = alert
                translation.add_events([outcome.line], document.place)
            elif outcome.refusal:
                reasons[outcome.refusal] = None
            else:
                name = outcome.message.name or outcome.message.key
                self._pass(f"{name}: {outcome.pass_reason}", document, translation)
        for reason in report.pass_reasons:
            self._pass(reason, document, translation)
        if report.withheld:
            translation.passed += report.withheld - 1
            self._pass(
                f"the sender left out {report.withheld} alerts of a group: raise its limit (max_alerts)",
                document,
                translation,
            )
        if report.confirm and (problem := self._confirm_subscription(report.confirm)):
            reasons[problem] = None
        if not (report.messages or report.pass_reasons or report.withheld):
            translation.passed += 1
        if reasons:
            translation.refuse(document, "; ".join(reasons))
        elif document.number:
            translation.translated.append(document.number)

    def _pass(self, reason: str, document: Document, translation: Translation) -> None:
        translation.passed += 1
        translation.notes.append((reason, document.place))

    def _confirm_subscription(self, address: str) -> str:
        """Why the subscription could not be confirmed; empty where it was."""
        if self.confirm is None:
            return f"the subscription waits to be confirmed: visit {address}"
        try:
            self.confirm(address)
        except (OSError, ValueError) as error:
            return f"the subscription could not be confirmed ({error}): visit {address}"
        return ""


def _present(outcome: Outcome, document: Document) -> PresentAlert | None:
    """None where the message says what happened, whenever it is sent."""
    message = outcome.message
    if not isinstance(message, AlertMessage) or not message.is_present:
        return None
    is_firing = message.state is AlertState.FIRING
    return PresentAlert(outcome.failure, message.at if is_firing else None, document.received_at)


def alert_translator(config: AlertsSource, confirm: Callable[[str], object] | None = None) -> AlertTranslator:
    """Raises BadInputError with everything that is wrong in its file of rules."""
    rules = load_rules(config.rules) if config.rules else AlertRules()
    return AlertTranslator(Origin(config.sender, config.key), rules, confirm)
