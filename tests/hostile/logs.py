"""Small right logs of order management systems, in XML and SQLite, with their mappings."""

import sqlite3
import tempfile
from pathlib import Path

OCEL_STEPS = """
source: /erp
order:
  type: Order
  placed: [Create order]
  channel: {attribute: channel}
  mode: ship_from_store
  currency: EUR
  value: {attribute: total}
fulfillment: {type: Delivery, workflow: ship-from-store, location: {attribute: plant}}
steps: {Pick: pick, Pack: pack}
postings: {Invoice: {type: invoice, amount: {attribute: total}, currency: EUR}}
failed: {Pack failed: ERROR}
completed: [Deliver]
"""
XES_MAPPING = """version: 2
source: /x
activity: "{activity}"
id: "{id}"
fulfillment: "{part}"
activities:
  Create: {order.placed: {channel: web, currency: EUR, value: "{total}", fulfillments: ship-from-store}}
  Pick: {fulfillment.entered: pick}
"""
OCEL_XML = (
    '<?xml version="1.0"?><log><object-types/><event-types/><objects>'
    '<object id="X-1" type="Order"><attributes><attribute name="channel" time="">web</attribute>'
    '<attribute name="total" time="">60.00</attribute></attributes><objects>'
    '<relationship object-id="X-1/1" qualifier="has"/></objects></object>'
    '<object id="X-1/1" type="Delivery"><attributes><attribute name="plant" time="">store-001</attribute>'
    "</attributes></object></objects><events>"
    '<event id="1" type="Create order" time="2026-03-02T08:00:00Z"><attributes/><objects>'
    '<relationship object-id="X-1" qualifier=""/></objects></event>'
    '<event id="2" type="Pick" time="2026-03-02T08:10:00Z"><attributes/><objects>'
    '<relationship object-id="X-1" qualifier=""/><relationship object-id="X-1/1" qualifier=""/></objects>'
    "</event></events></log>"
)
XES = (
    '<?xml version="1.0"?><log xes.version="1.0" xmlns="http://www.xes-standard.org/">'
    '<trace><string key="concept:name" value="X-2"/><event><string key="id" value="1"/>'
    '<string key="concept:name" value="Create"/><date key="time:timestamp" value="2026-03-02T08:00:00Z"/>'
    '<string key="part" value="X-2/1"/><string key="total" value="60"/></event>'
    '<event><string key="id" value="2"/><string key="concept:name" value="Pick"/>'
    '<date key="time:timestamp" value="2026-03-02T08:05:00Z"/><string key="part" value="X-2/1"/></event>'
    "</trace></log>"
)
IDOC = (
    '<?xml version="1.0"?><ORDERS05><IDOC BEGIN="1"><EDI_DC40 SEGMENT="1"><DOCNUM>"1"</DOCNUM>'
    "<MESTYP>ORDERS</MESTYP><CREDAT>20260302</CREDAT><CRETIM>080000</CRETIM></EDI_DC40>"
    '<E1EDK01 SEGMENT="1"><CURCY>EUR</CURCY><BELNR>"X-4"</BELNR></E1EDK01>'
    '<E1EDS01 SEGMENT="1"><SUMID>002</SUMID><SUMME>"60.00"</SUMME></E1EDS01></IDOC></ORDERS05>'
)
_TABLES = """
create table event_map_type (ocel_type text, ocel_type_map text);
create table object_map_type (ocel_type text, ocel_type_map text);
create table event_object (ocel_event_id text, ocel_object_id text, ocel_qualifier text);
create table object_object (ocel_source_id text, ocel_target_id text, ocel_qualifier text);
create table object_Order (ocel_id text, ocel_time text, channel text, total text, ocel_changed_field text);
create table object_Delivery (ocel_id text, ocel_time text, plant text, ocel_changed_field text);
create table event_Create (ocel_id text, ocel_time text, total text);
create table event_Pick (ocel_id text, ocel_time text, total text);
"""


def ocel_sqlite(value: object) -> bytes:
    """A log with this value in a cell of each table."""
    rows = {
        "event_map_type": [("Create order", "Create"), ("Pick", "Pick"), (value, "Pick")],
        "object_map_type": [("Order", "Order"), ("Delivery", "Delivery")],
        "event_object": [("1", "X-3", ""), ("2", "X-3", ""), ("2", "X-3/1", ""), ("2", value, value)],
        "object_object": [("X-3", "X-3/1", "has"), ("X-3", value, value)],
        "object_Order": [("X-3", "2026-03-02 07:00:00", "web", value, None)],
        "object_Delivery": [("X-3/1", value, "store-001", None)],
        "event_Create": [("1", "2026-03-02 08:00:00", value)],
        "event_Pick": [("2", "2026-03-02 08:10:00", None), (value, value, value)],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.sqlite"
        with sqlite3.connect(path) as log:
            log.executescript(_TABLES)
            for table, values in rows.items():
                marks = ", ".join("?" * len(values[0]))
                log.executemany(f"insert into {table} values ({marks})", values)
        log.close()
        return path.read_bytes()
