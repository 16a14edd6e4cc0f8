"""Columns: the state of all orders and fulfillments as arrays, which forecasts are matched against.

`declare.py` says where to add a column, `tables.py` declares them; `columns.py` holds the tables of one
moment.
"""

from impactgraph.columns.columns import Columns
from impactgraph.columns.declare import Codes, Ints
from impactgraph.columns.dictionaries import Dictionaries, Dictionary, WorkflowDictionary, dictionary
from impactgraph.columns.places import ENDED, NO_WORKFLOW, NOT_BEGUN
from impactgraph.columns.tables import (
    CANCELLED,
    COMPLETED,
    IN_FLIGHT,
    NO_AMOUNT,
    RECORD_KINDS,
    ErrorColumns,
    ErrorTexts,
    FulfillmentColumns,
    OrderColumns,
    RecordColumns,
    Visits,
    document_code,
)

__all__ = [
    "CANCELLED",
    "COMPLETED",
    "ENDED",
    "IN_FLIGHT",
    "NOT_BEGUN",
    "NO_AMOUNT",
    "NO_WORKFLOW",
    "RECORD_KINDS",
    "Codes",
    "Columns",
    "Dictionaries",
    "Dictionary",
    "ErrorColumns",
    "ErrorTexts",
    "FulfillmentColumns",
    "Ints",
    "OrderColumns",
    "RecordColumns",
    "Visits",
    "WorkflowDictionary",
    "dictionary",
    "document_code",
]
