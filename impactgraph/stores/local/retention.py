"""Prepares that ended orders are removed by their age, some thousand in a block."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import CANCELLED, COMPLETED, IN_FLIGHT, Codes
from impactgraph.ports.removal import RetentionCount, RetentionRule
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.removal import Removal, hash_pairs
from impactgraph.stores.local.removals import retention_rows
from impactgraph.stores.local.waiting import Waiting
from impactgraph.stores.state.instances import Instances

MOST_ORDERS = 50_000
"""Of one block."""
_STATUSES = {"completed": COMPLETED, "cancelled": CANCELLED}


@dataclass
class PreparedRetention:
    block: Block
    removal: Removal
    count: RetentionCount


@dataclass(frozen=True)
class RetentionSources:
    """What decides which orders and entries a rule removes."""

    record: Record
    instances: Instances
    waiting: Waiting


def prepare_retention(
    rule: RetentionRule, sources: RetentionSources, watermark: int, at: Millis
) -> PreparedRetention | None:
    """The block that removes the next orders of a rule, or what it removes of the quarantine; None where
    nothing is left.
    """
    record = sources.record
    if rule.quarantine:
        return _quarantine(rule, record, watermark, at) if _count_entries(rule, record) else None
    numbers = _orders_to_remove(rule, sources)[:MOST_ORDERS]
    return _orders(rule, record, numbers, watermark, at) if len(numbers) else None


def count_removals(rule: RetentionRule, sources: RetentionSources) -> RetentionCount:
    """What a rule would remove."""
    if rule.quarantine:
        return RetentionCount(rule.name, rule.before, entries=_count_entries(rule, sources.record))
    numbers = _orders_to_remove(rule, sources)
    query = "select count(*) from events where order_number in (select unnest(?::integer[]))"
    events = int(sources.record.rows(query, [numbers.tolist()])[0][0])
    return RetentionCount(rule.name, rule.before, len(numbers), events)


def _orders(
    rule: RetentionRule, record: Record, numbers: Codes, watermark: int, at: Millis
) -> PreparedRetention:
    condition = "order_number in (select unnest(?::integer[]))"
    values = [numbers.tolist()]
    seqs = record.arrays(f"select seq from events where {condition} order by seq", values)[0].astype(np.int64)
    ids, parts = record.ids(numbers)
    removal = Removal(
        seqs=seqs.tolist(),
        orders=hash_pairs(list(ids.values())),
        fulfillments=hash_pairs(list(parts.values())),
    )
    block = Block(removed_seqs=seqs)
    block.add("retentions", retention_rows(rule.name, rule.before, at, len(numbers), watermark + 1))
    return PreparedRetention(
        block, removal, RetentionCount(rule.name, rule.before, orders=len(numbers), events=len(seqs))
    )


def _quarantine(rule: RetentionRule, record: Record, watermark: int, at: Millis) -> PreparedRetention:
    rows = record.rows("select number, hash from aside where received_at < ? order by number", [rule.before])
    numbers = [int(number) for number, _ in rows]
    block = Block(quarantine_releases=np.array(numbers, np.int64))
    block.add("retentions", retention_rows(rule.name, rule.before, at, 0, watermark + 1))
    removal = Removal(entries=[int(content) for _, content in rows], numbers=numbers)
    return PreparedRetention(block, removal, RetentionCount(rule.name, rule.before, entries=len(rows)))


def _orders_to_remove(rule: RetentionRule, sources: RetentionSources) -> Codes:
    """Numbers of the orders that ended before the rule's moment, and of which nothing came since."""
    instances = sources.instances
    orders, fulfillments = instances.orders.rows, instances.fulfillments.rows
    count = len(orders.number)
    is_wanted = np.ones(count, np.bool_)
    of = fulfillments.order
    may_go = (fulfillments.status != IN_FLIGHT) & (fulfillments.ended_at < rule.before)
    if rule.statuses:
        may_go &= np.isin(fulfillments.status, [_STATUSES[each] for each in sorted(rule.statuses)])
    if rule.workflows:
        keys = [workflow.key for workflow in instances.dictionaries.workflows]
        codes = [code for code, key in enumerate(keys) if key in rule.workflows]
        may_go &= np.isin(fulfillments.workflow, codes)
    is_wanted[of[~may_go]] = False
    has_fulfillment = np.zeros(count, np.bool_)
    has_fulfillment[of] = True
    is_wanted &= has_fulfillment
    if rule.regions:
        values = instances.dictionaries.regions.values
        is_wanted &= _is_in(orders.region, [code for code, key in enumerate(values) if key in rule.regions])
    numbers: Codes = np.asarray(orders.number)[is_wanted].astype(np.int32)
    query = "select distinct order_number from events where time >= ? and order_number >= 0"
    later = sources.record.arrays(query, [rule.before])[0].astype(np.int32)
    return np.sort(numbers[~np.isin(numbers, later) & ~np.isin(numbers, sources.waiting.order)])


def _count_entries(rule: RetentionRule, record: Record) -> int:
    return int(record.rows("select count(*) from aside where received_at < ?", [rule.before])[0][0])


def _is_in(codes: Codes, values: list[int]) -> NDArray[np.bool_]:
    return np.isin(codes, values)
