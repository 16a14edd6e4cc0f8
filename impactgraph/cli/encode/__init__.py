"""JSON of the command line, derived from the dataclasses of graph_models and the use cases.

A field `late_by` becomes `lateBy`, as in GraphQL. The rules hold what differs from the model: other names,
moments, durations, references, values that are computed, fields that are left out.
"""

from impactgraph.cli.encode.encoder import RULES, Encoder, json_keys
from impactgraph.cli.encode.values import Json, amount_text, iso_duration, iso_moment

__all__ = ["RULES", "Encoder", "Json", "amount_text", "iso_duration", "iso_moment", "json_keys"]
