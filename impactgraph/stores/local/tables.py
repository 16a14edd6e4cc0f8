"""The tables of the record. Words are kept once and coded; orders and fulfillments go by number."""

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

EVENT_COLUMNS = "seq, time, kind, order_number, fulfillment_number, workflow, step, location, type, code, element"
PLACED_COLUMNS = "seq, time, order_number, channel, mode, region, tier, currency, value, promised_by, attributes"
PLACEMENT_COLUMNS = "seq, time, order_number, fulfillment_number, workflow, location, value"
