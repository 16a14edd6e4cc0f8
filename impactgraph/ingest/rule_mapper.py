"""A mapping of version 2, ready to be used: events of records."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from impactgraph.ingest.expressions import Notes, text_of
from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.moments import MomentReader
from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ingest.rule_events import (
    EXPECTED,
    Apply,
    BasisReader,
    IsEarliest,
    Making,
    Subject,
    rule_function,
)
from impactgraph.ingest.rule_values import ValueDefaults, value_reader
from impactgraph.ingest.rules import RuleMapping
from impactgraph.ingest.skip_reasons import (
    NO_FIELD,
    NO_LIST,
    NO_MEMBER,
    NO_RECORD,
    NOT_AN_OBJECT,
    NOT_APPLICABLE,
    UNMAPPED,
)

_NOBODY = Subject(None, None, None, None)


class RuleMapper:
    """Makes the events of records by the rules of a mapping (`RecordMapper`)."""

    def __init__(self, mapping: RuleMapping) -> None:
        self.mapping = mapping
        self._names = frozenset(mapping.names())
        defaults = ValueDefaults.of(mapping)
        self._activity = (
            value_reader(mapping.activity, "activity", defaults) if mapping.activity is not None else None
        )
        self._moments = MomentReader(mapping.time_format, mapping.zone)
        self._basis = BasisReader.of(mapping.basis, "", defaults)
        self._by_activity: dict[str, list[Apply]] = {
            name: [rule_function(rule, f"activities.{name}", defaults) for rule in group]
            for name, group in mapping.by_activity.items()
        }
        self._rules: list[tuple[str, Apply]] = [
            (name, rule_function(rule, f"rules.{name}", defaults))
            for name, group in mapping.rules.items()
            for rule in group
        ]

    @property
    def source(self) -> str:
        """The CloudEvents source of its events."""
        return self.mapping.source

    def is_mapped(self, activity: str) -> bool:
        """Whether records with this activity are to become events, as far as the activity says it."""
        return bool(self._rules) or self._activity is not None or activity in self._by_activity

    def moment_of(self, value: Any) -> str | None:
        """A moment of a record in the mapping's form."""
        text = text_of(value)
        return None if text is None else self._moments.rfc3339(text)

    def map_document(self, document: Any, place: str) -> Sequence[MappedRecord]:
        """As `RecordMapper`: the records that `json.records` finds, else the members of a list, else the
        document itself.
        """
        notes: Notes = []
        mapped_records = [self.map_record(record, at) for record, at in self.records(document, place, notes)]
        if mapped_records:
            return mapped_records
        return [self.without_records(place, notes)]

    def without_records(self, place: str, notes: Notes) -> MappedRecord:
        """What becomes of a document that has no record; a list without members is as it should be."""
        if self.mapping.records is None:
            return MappedRecord("", (), Skipped(NO_MEMBER, "", place, is_expected=True))
        return MappedRecord("", (), Skipped(notes[0].rstrip(".") if notes else NO_RECORD, "", place))

    def records(self, document: Any, place: str, notes: Notes) -> Iterator[tuple[Any, str]]:
        """The records of a document, each with its place."""
        content = document
        if self.mapping.records is not None:
            content = self.mapping.records.value(document, notes)
        if not isinstance(content, list):
            if content is not None or self.mapping.records is None:
                yield content, place
            return
        for number, record in enumerate(cast("list[Any]", content), 1):
            yield record, f"{place}: record {number}"

    def map_record(self, record: Any, place: str, watch: "Watch | None" = None) -> MappedRecord:
        """The events of one record: a row by column, or a JSON object."""
        if not _is_object(record):
            return MappedRecord("", (), Skipped(NOT_AN_OBJECT, "", place))
        making = Making(self.source, watch and watch.is_earliest)
        activity = self._activity(record, making.notes) if self._activity else None
        subject = self._basis.subject(record, _NOBODY, making.notes)
        result = self._mapped(activity, [(record, subject)], place, making, watch)
        if not result.events and self._names and self._names.isdisjoint(record):
            return MappedRecord("", (), Skipped(NO_FIELD, "", place), result.notes)
        return result

    def map_views(
        self, activity: str, views: Sequence[tuple[Any, Subject]], place: str, watch: "Watch | None" = None
    ) -> MappedRecord:
        """The events of a record that is about several orders or fulfillments: what expressions see of it for
        each of them, with what the log says of it.
        """
        making = Making(self.source, watch and watch.is_earliest)
        if self._activity:
            activity = self._activity(views[0][0], making.notes) or ""
        subjects = [(view, self._basis.subject(view, subject, making.notes)) for view, subject in views]
        return self._mapped(activity, subjects, place, making, watch)

    def _mapped(
        self,
        activity: str | None,
        subjects: Sequence[tuple[Any, Subject]],
        place: str,
        making: Making,
        watch: "Watch | None",
    ) -> MappedRecord:
        rules = self._by_activity.get(activity, ()) if activity is not None else ()
        first_rule = ""
        for view, subject in subjects:
            for apply in rules:
                apply(view, subject, making)
            for name, apply in self._rules:
                before = len(making.events)
                apply(view, subject, making)
                if len(making.events) > before:
                    first_rule = first_rule or name
                    if watch is not None:
                        watch.matched_rules.add(name)
        name = first_rule if activity is None else activity
        if making.events and not making.reasons:
            return MappedRecord(name, making.events, None, making.notes, making.inferred)
        unexpected_reasons = [reason for reason in making.reasons if reason not in EXPECTED]
        if not making.events:
            passed_entry = self._skipped(name, place, making, unexpected_reasons, is_known=bool(rules))
            return MappedRecord(name, (), passed_entry, making.notes)
        notes = making.notes
        notes += [
            f"an event of {name!r} was not made: {reason}."
            for reason in unexpected_reasons
            if reason != NO_LIST  # of a record that has other events, an optional list may be left out
        ]
        return MappedRecord(name, making.events, None, notes, making.inferred)

    def _skipped(
        self, activity: str, place: str, making: Making, unexpected: list[str], *, is_known: bool
    ) -> Skipped:
        if unexpected:
            return Skipped(unexpected[0], activity, place)
        reasons = [reason for reason in making.reasons if reason != NOT_APPLICABLE]
        if reasons:
            return Skipped(reasons[0], activity, place, is_expected=True)
        if is_known or (self._activity is None and not activity):
            return Skipped(NOT_APPLICABLE, activity, place, is_expected=True)
        return Skipped(UNMAPPED, activity, place, is_expected=bool(activity))


def _is_object(record: Any) -> bool:
    return type(record) is dict or isinstance(record, Mapping)


@dataclass(slots=True)
class Watch:
    """What a reader of a whole log knows of it, and what it learns."""

    is_earliest: IsEarliest | None = None
    matched_rules: set[str] = field(default_factory=set[str])
    """Names of rules that made events."""
