"""The tables of the record. Words are kept once and coded; orders and fulfillments go by number."""

from impactgraph.columns import NO_AMOUNT
from impactgraph.stores.state.kinds import Kind

ODD_AMOUNT = NO_AMOUNT + 1
"""Stands for an amount that SQL does not turn into millionths as we do."""

FORMAT = "1"
"""Changes whenever the tables or the coding do."""

TABLES = """
create table meta (name varchar primary key, value varchar);
create table words (domain varchar, code integer, word varchar);
create table orders (number integer, id varchar, high ubigint, low ubigint);
create table fulfillments (number integer, id varchar, order_number integer, high ubigint, low ubigint);
create table events (
  seq bigint, time bigint, kind utinyint, order_number integer, fulfillment_number integer, workflow integer, step integer, location integer,
  type integer, code integer, element integer, source integer, id varchar, hash ubigint, amount varchar, currency integer, document varchar,
  note integer, extra varchar
);
create table placed (
  seq bigint, time bigint, order_number integer, channel integer, mode integer, region integer, tier integer, currency integer,
  value bigint, promised_by bigint, attributes varchar, exact varchar
);
create table placements (
  seq bigint, time bigint, order_number integer, fulfillment_number integer, workflow integer, location integer, value bigint, exact varchar
);
create table aside (
  number bigint, hash ubigint, name_hash ubigint, order_id varchar, source varchar, id varchar, reason varchar, text varchar, place varchar, received_at bigint
);
create table topologies (number integer, key varchar, applied_at bigint, elements integer, documents varchar);
"""

_SIMPLE = "'-?[0-9]{1,12}([.][0-9]{1,6})?'"
"""Amounts that are millionths as they stand; others are read one by one."""
EVENT_COLUMNS = f"""
seq, time, kind, order_number, fulfillment_number, workflow, step, location, type, code, element,
case when amount is null then {NO_AMOUNT + 1} - 1 when regexp_full_match(amount, {_SIMPLE})
  then cast(cast(amount as decimal(18, 6)) * 1000000 as bigint) else {ODD_AMOUNT} end as amount,
currency, case when coalesce(document, '') = '' or kind <> {int(Kind.POSTING)} then 0
  else greatest(1, md5_number_lower(document) & 4294967295) end as document
"""
PLACED_COLUMNS = (
    "seq, time, order_number, channel, mode, region, tier, currency, value, promised_by, attributes"
)
PLACEMENT_COLUMNS = "seq, time, order_number, fulfillment_number, workflow, location, value"
