"""Prepares that an order, or the value of an attribute, is forgotten: what holds it, and what stays in its
place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from graph_models.time import Millis
from impactgraph.ports.removal import ForgetRequest, ForgetResult, Search
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.removal import (
    ATTRIBUTE,
    EDITED,
    FORGOTTEN,
    ORDER,
    Removal,
    forgotten_row,
    hash_pairs,
    removed_seqs,
    without_terms,
)
from impactgraph.stores.local.terms import Terms, written_forms

_JSON = msgspec.json


@dataclass
class PreparedForget:
    block: Block
    removals: list[Removal]
    orders: int = 0
    """Orders that were removed."""
    edited_orders: int = 0
    """Orders that lost an attribute."""
    events: int = 0
    entries: int = 0
    """Quarantine entries that were removed."""
    texts: int = 0
    """Other texts from which it was removed: messages, reports of ingests."""
    terms: list[str] = field(default_factory=list[str])
    """What may not be found in any file afterwards."""

    def result(self, search: Search) -> ForgetResult:
        return ForgetResult(
            orders=self.orders,
            edited_orders=self.edited_orders,
            events=self.events,
            entries=self.entries,
            texts=self.texts,
            search=search,
        )


def prepare_forget(request: ForgetRequest, record: Record, watermark: int, at: Millis) -> PreparedForget:
    """The block that forgets; its rows get the sequence numbers after `watermark`."""
    plan = PreparedForget(Block(), [])
    rest = Removal()
    """What is found in texts, and what stays of them without any of the subjects."""
    subjects: list[tuple[str, str, str, Removal]] = []
    for order in dict.fromkeys(request.orders):
        removal, terms = _order(order, record)
        plan.orders += bool(removal.seqs)
        plan.terms += terms
        subjects.append((ORDER, "", order, removal))
    for name, values in request.attributes:
        plan.edited_orders += _remove_attributes({name, *request.personal}, name, values, record, rest)
        plan.terms += values
        subjects.append((ATTRIBUTE, name, values[0], Removal(subjects=_subjects(values), names=[name])))
    removals = [*(removal for *_, removal in subjects), rest]
    seqs = np.unique(np.concatenate([removed_seqs(each) for each in removals]))
    plan.texts = _scrub(rest, set(seqs.tolist()), Terms(plan.terms), record)
    subjects.append(("texts", "", "", rest))
    rows = [
        forgotten_row(kind, name, text, removal, at, seq)
        for seq, (kind, name, text, removal) in enumerate(subjects, watermark + 1)
    ]
    plan.removals = removals
    block = plan.block
    block.removed_seqs = seqs
    block.quarantine_releases = np.array(sorted(rest.numbers), np.int64)
    block.add("forgotten", {name: np.concatenate([row[name] for row in rows]) for name in rows[0]})
    plan.events, plan.entries = len(seqs), len(rest.numbers)
    return plan


def _order(order: str, record: Record) -> tuple[Removal, list[str]]:
    """What holds an order, and the ids that identify it."""
    numbers = [int(number) for (number,) in record.rows("select number from orders where id = ?", [order])]
    condition = "order_number in (select unnest(?::integer[]))"
    parts = [str(id_) for (id_,) in record.rows(f"select id from fulfillments where {condition}", [numbers])]
    seqs = record.rows(f"select seq from events where {condition} order by seq", [numbers])
    terms = list(dict.fromkeys([order, *parts]))
    removal = Removal(
        seqs=[int(seq) for (seq,) in seqs],
        orders=hash_pairs([order]),
        fulfillments=hash_pairs(parts),
        subjects=_subjects(terms),
    )
    return removal, terms


def _remove_attributes(
    names: set[str], name: str, values: Sequence[str], record: Record, removal: Removal
) -> int:
    """Removes attributes from the orders whose attribute `name` has one of the values; the number of
    orders.
    """
    query = (
        "select seq, order_number, attributes from placed where order_number in (select order_number from "
        "placed"
        " where attributes is not null"
        " and list_contains(?::varchar[], lower(json_extract_string(attributes, ?))))"
    )
    path = "/" + name.replace("~", "~0").replace("/", "~1")  # a JSON pointer: a name may have any character
    rows = record.rows(query, [[value.lower() for value in values], path])
    for seq, _, attributes in rows:
        earlier = removal.text_after_edits("placed", "attributes", seq, attributes)
        removal.edit("placed", "attributes", seq, _without_names(earlier, names))
    seqs = [int(row[0]) for row in rows]
    for seq, extra in record.rows(
        "select seq, extra from events where extra is not null and seq in (select unnest(?::bigint[]))",
        [seqs],
    ):
        removal.edit(
            "events",
            "extra",
            seq,
            _without_attributes(removal.text_after_edits("events", "extra", seq, extra) or "{}", names),
        )
    return len({row[1] for row in rows})


def _subjects(terms: Sequence[str]) -> list[tuple[int, int]]:
    forms = [form for term in terms for form in written_forms(term)]
    return hash_pairs(list(dict.fromkeys([*forms, *(form.lower() for form in forms)])))


def _without_names(text: str | None, names: Iterable[str]) -> str | None:
    if text is None:
        return None
    attributes = _JSON.decode(text, type=dict[str, Any])
    rest = {name: value for name, value in attributes.items() if name not in names}
    return _JSON.encode(rest).decode() if rest else None


def _without_attributes(extra: str, names: Iterable[str]) -> str | None:
    content = _JSON.decode(extra, type=dict[str, Any])
    if "attributes" in content:
        attributes: dict[str, Any] = content["attributes"]
        content["attributes"] = {name: value for name, value in attributes.items() if name not in names}
    return _JSON.encode(content).decode()


def _scrub(removal: Removal, removed: set[int], terms: Terms, record: Record) -> int:
    """Adds what holds one of the terms elsewhere: quarantine entries, texts of events that stay, reports; the
    number of texts.
    """
    condition = terms.condition("order_id", "id", "reason", "text", "place")
    entries = record.rows(f"select number, hash from aside where {condition} order by number")
    removal.numbers = [int(number) for number, _ in entries]
    removal.entries = [int(content) for _, content in entries]
    count = 0
    for table, (key, columns) in EDITED.items():
        for column in columns:
            query = f"select {key}, {column} from {table} where {terms.condition(column)}"
            for number, text in record.rows(query):
                if key == "seq" and number in removed:
                    continue
                rest = without_terms(
                    table, column, removal.text_after_edits(table, column, number, text), terms
                )
                removal.edit(table, column, number, FORGOTTEN if column == "id" else rest)
                count += 1
    return count
