"""Values of personal attributes in failures and in the journal, for whoever may not see them.

Scopes name such values, and free texts may repeat them. Different values stay different, so that failures of
different people are not taken for one.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote

from graph_models.access import MASK
from graph_models.failure import Failure
from graph_models.journal import Change, IncidentAction, Journal, Maintenance, NoticeRecord
from graph_models.scope import Scope

_ATTRIBUTE = "attributes."
_LEAST = 4
"""Characters of a value that is looked for in texts: a shorter one is in too many words."""


@dataclass(frozen=True)
class Masks:
    """What is shown in place of each value of masked attributes that a scope names."""

    dimensions: frozenset[str]
    """Of scopes: those of the masked attributes."""
    by_value: Mapping[str, str]

    @staticmethod
    def of(attributes: Collection[str], failures: Sequence[Failure], journal: Journal) -> "Masks":
        """Of the values in the order in which they were first reported: a later state adds masks only."""
        dimensions = frozenset(f"{_ATTRIBUTE}{name}" for name in attributes)
        values = dict.fromkeys(
            value
            for scope in _scopes(failures, journal)
            for dimension, listed in scope.limits
            if dimension in dimensions
            for value in listed
        )
        return Masks(dimensions, {value: f"{MASK}{number}" for number, value in enumerate(values, 1)})

    def scope(self, scope: Scope) -> Scope:
        if not any(dimension in self.dimensions for dimension, _ in scope.limits):
            return scope
        return Scope.from_mapping(
            {
                dimension: [self.by_value.get(value, MASK) for value in values]
                if dimension in self.dimensions
                else values
                for dimension, values in scope.limits
            }
        )

    def text(self, text: str) -> str:
        """Without the values, in any case, also as addresses have them."""
        if not text or self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._by_text.get(match[0].casefold(), MASK), text)

    def failure(self, failure: Failure) -> Failure:
        """With its former episodes."""
        alert = failure.alert
        if alert is not None:
            texts = {name: self.text(getattr(alert, name)) for name in ("key", "name", "reason")}
            alert = replace(alert, **texts)
        return replace(
            failure,
            scope=self.scope(failure.scope),
            summary=self.text(failure.summary),
            evidence=self.text(failure.evidence) if failure.evidence is not None else None,
            alert=alert,
            former_episodes=tuple(self.failure(each) for each in failure.former_episodes),
        )

    def journal(self, journal: Journal) -> Journal:
        return replace(
            journal,
            actions=tuple(self._action(each) for each in journal.actions),
            changes=tuple(self._change(each) for each in journal.changes),
            maintenance=tuple(self._maintenance(each) for each in journal.maintenance),
            notices=tuple(self._notice(each) for each in journal.notices),
        )

    def _action(self, action: IncidentAction) -> IncidentAction:
        return replace(action, note=self.text(action.note), assignee=self.text(action.assignee))

    def _change(self, change: Change) -> Change:
        evidence = self.text(change.evidence) if change.evidence is not None else None
        scope, summary = self.scope(change.scope), self.text(change.summary)
        return replace(change, scope=scope, summary=summary, evidence=evidence)

    def _maintenance(self, maintenance: Maintenance) -> Maintenance:
        return replace(maintenance, scope=self.scope(maintenance.scope), note=self.text(maintenance.note))

    def _notice(self, notice: NoticeRecord) -> NoticeRecord:
        return replace(notice, text=self.text(notice.text), reason=self.text(notice.reason))

    @cached_property
    def _by_text(self) -> Mapping[str, str]:
        return {
            form.casefold(): mask
            for value, mask in self.by_value.items()
            if len(value) >= _LEAST
            for form in (value, quote(value, safe=""))
        }

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        """Of what stands for the values, longest first; None: there are none."""
        values = [value for value in self.by_value if len(value) >= _LEAST]
        forms = sorted({*values, *(quote(value, safe="") for value in values)}, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, forms)), re.IGNORECASE) if forms else None


def _scopes(failures: Sequence[Failure], journal: Journal) -> Iterator[Scope]:
    for failure in failures:
        for episode in failure.episodes:
            yield episode.scope
    for each in (*journal.changes, *journal.maintenance):
        yield each.scope
