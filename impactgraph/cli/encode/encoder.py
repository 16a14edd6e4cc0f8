"""The encoder of the command line's JSON, with the rules of all models."""

from collections.abc import Mapping
from typing import ClassVar

from impactgraph.cli.encode.impact_rules import IMPACT_RULES
from impactgraph.cli.encode.model_encoder import ModelEncoder, Rules, members
from impactgraph.cli.encode.order_rules import ORDER_RULES
from impactgraph.cli.encode.repair_rules import REPAIR_RULES
from impactgraph.cli.encode.topology_rules import TOPOLOGY_RULES

RULES: Mapping[type, Rules] = {
    **IMPACT_RULES,
    **ORDER_RULES,
    **REPAIR_RULES,
    **TOPOLOGY_RULES,
}


class Encoder(ModelEncoder):
    """Encodes the models that commands print."""

    rules: ClassVar[Mapping[type, Rules]] = RULES


def json_keys(model: type) -> tuple[str, ...]:
    """The keys of a model's JSON, in order."""
    return tuple(member.key for member in members(Encoder, model))
