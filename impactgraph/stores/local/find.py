"""Orders, fulfillments and documents by what somebody types.

Numbers of orders are given in the order in which they come, so that ids of a moment lie together and a look-up by id, by
prefix or by number skips most of a table. Documents have no such order: the columns say which orders may have one.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

import numpy as np

from impactgraph.columns import Codes, Columns, document_code
from impactgraph.ports.store import SearchMatch
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.story import numbers_of

LEAST_INSIDE = 4
"""Characters of a text that is looked for inside ids: a shorter one is in too many of them."""
_LAST = "\U0010ffff"


def find(record: Record, columns: Columns, text: str, first: int, *, inside: bool) -> Sequence[SearchMatch]:
    """As `Store.find` promises; `columns` are of the same state as the record."""
    forms = list(dict.fromkeys((text, text.upper())))
    if inside:
        return (
            tuple(islice(dict.fromkeys(_inside(record, forms, first)), first))
            if len(text) >= LEAST_INSIDE
            else ()
        )
    return tuple(
        islice(dict.fromkeys(chain(_exact(record, columns, forms), _beginning(record, forms, first))), first)
    )


def _exact(record: Record, columns: Columns, forms: list[str]) -> Iterator[SearchMatch]:
    for (order,) in record.rows("select id from orders where id in (select unnest(?::varchar[]))", [forms]):
        yield SearchMatch(order)
    query = "select o.id, f.id from fulfillments f join orders o on o.number = f.order_number where f.id in (select unnest(?::varchar[]))"
    for order, fulfillment in record.rows(query, [forms]):
        yield SearchMatch(order, fulfillment)
    for form in forms:
        yield from _documents(record, columns, form)


def _documents(record: Record, columns: Columns, document: str) -> Iterator[SearchMatch]:
    """Postings by the code of their document, which says where to look in the record."""
    rows: Codes = columns.records.fulfillment[columns.records.document == document_code(document)]
    orders = np.unique(columns.fulfillments.order[rows])
    keys = [str(order) for order in columns.orders.ids[orders]]
    query = f"{_DOCUMENTS} where e.order_number = ? and e.document = ?"
    for number in numbers_of(record, keys).values() if keys else ():
        for order, fulfillment, found, record_type in record.rows(query, [number, document]):
            yield SearchMatch(order, fulfillment, found, record_type)


def _beginning(record: Record, forms: list[str], first: int) -> Iterator[SearchMatch]:
    for form in forms:
        bounds = [form, form + _LAST, first]
        for (order,) in record.rows(
            "select id from orders where id >= ? and id < ? order by id limit ?", bounds
        ):
            yield SearchMatch(order)
        query = "select o.id, f.id from fulfillments f join orders o on o.number = f.order_number where f.id >= ? and f.id < ? order by f.id limit ?"
        for order, fulfillment in record.rows(query, bounds):
            yield SearchMatch(order, fulfillment)


def _inside(record: Record, forms: list[str], first: int) -> Iterator[SearchMatch]:
    for form in forms:
        for (order,) in record.rows(
            "select id from orders where contains(id, ?) order by id limit ?", [form, first]
        ):
            yield SearchMatch(order)
    for form in forms:
        for row in record.rows(
            f"{_DOCUMENTS} where contains(e.document, ?) order by e.document limit ?", [form, first]
        ):
            yield SearchMatch(*row)


_DOCUMENTS = """
select o.id, f.id, e.document, w.word from events e join orders o on o.number = e.order_number
left join fulfillments f on f.number = e.fulfillment_number join words w on w.domain = 'type' and w.code = e.type
"""
