"""Problems in the content of messages: duplicate orders, missing attributes, differing stock figures, error
templates.
"""

from impactgraph.diagnosis.payload.duplicates import find_duplicates
from impactgraph.diagnosis.payload.errors import find_error_templates
from impactgraph.diagnosis.payload.incomplete import find_incomplete
from impactgraph.diagnosis.payload.stock import find_stock_differences
from impactgraph.diagnosis.payload.template import template_of

__all__ = [
    "find_duplicates",
    "find_error_templates",
    "find_incomplete",
    "find_stock_differences",
    "template_of",
]
