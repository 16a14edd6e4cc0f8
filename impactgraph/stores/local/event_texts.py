"""CloudEvents rebuilt from coded rows of the record."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from graph_models.time import moment
from impactgraph.columns import Ints
from impactgraph.stores.local.batch import BatchEvent, validate
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_kinds import TYPES, EventKind
from impactgraph.stores.state.event_validator import EventValidator

_COLUMNS: tuple[str, ...] = (
    "seq", "step_code", "kind", "time", "id", "extra", "order", "fulfillment",
    "source", "step", "location", "code", "element",
)  # fmt: skip
_QUERY = """
select e.seq, e.step, e.kind, e.time, e.id, e.extra, o.id, f.id,
  word.source, word.step, word.location, word.fail_code, word.element
from events e
join orders o on o.number = e.order_number
join fulfillments f on f.number = e.fulfillment_number,
lateral (
  select
    max(word) filter (domain = 'source' and code = e.source) as source,
    max(word) filter (domain = 'step' and code = e.step) as step,
    max(word) filter (domain = 'location' and code = e.location) as location,
    max(word) filter (domain = 'fail_code' and code = e.code) as fail_code,
    max(word) filter (domain = 'element' and code = e.element) as element
  from words
) as word
where e.seq in (select unnest(?::bigint[]))
"""


def event_texts(record: Record, seqs: Ints) -> list[tuple[int, int, bytes]]:
    """(sequence number, code of the step, CloudEvent as JSON) of recorded events that name a step."""
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in record.rows(_QUERY, [seqs.tolist()])]
    return [(row["seq"], row["step_code"], _text(row)) for row in rows]


def misfit_events(
    record: Record,
    workflows: Mapping[int, int],
    event_dictionaries: EventDictionaries,
    validator: EventValidator,
) -> list[BatchEvent]:
    """Recorded events that do not fit the workflow of their fulfillment, to be quarantined; by their sequence
    numbers, that workflow.
    """
    if not workflows:
        return []
    batch: list[BatchEvent] = []
    for seq, step, text in event_texts(record, np.array(list(workflows), np.int64)):
        event = BatchEvent(text, seq=seq)
        validate(event, validator)
        workflow = event_dictionaries.workflows[workflows[seq]].key
        event.rejection = validator.missing_step_reason(event_dictionaries.steps.values[step], workflow)
        batch.append(event)
    return batch


def _text(row: Mapping[str, Any]) -> bytes:
    extra: dict[str, Any] = msgspec.json.decode(row["extra"]) if row["extra"] else {}
    optional = {
        "location": row["location"],
        "code": row["code"],
        "element": row["element"],
        "message": extra.pop("message", None),
        **extra.pop("data", {}),
    }
    data = {"order": row["order"], "fulfillment": row["fulfillment"], "step": row["step"]}
    data |= {name: value for name, value in optional.items() if value}
    head = {
        "specversion": "1.0",
        "id": row["id"],
        "source": row["source"],
        "type": TYPES[EventKind(row["kind"])],
        "time": moment(row["time"]).isoformat(),
    }
    return msgspec.json.encode(head | extra | {"data": data})
