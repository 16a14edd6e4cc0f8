"""JSON of repair lists."""

from collections.abc import Mapping

from graph_models import repair
from impactgraph.cli.encode.converters import (
    duration_value,
    element_of,
    id_of,
    moment_value,
    order_id,
)
from impactgraph.cli.encode.model_encoder import ModelEncoder, Rules

REPAIR_RULES: Mapping[type, Rules] = {
    repair.ReplayItem: Rules(
        values={
            "order": order_id,
            "fulfillment": id_of("fulfillment"),
            "system": ModelEncoder.element,
            "integration": ModelEncoder.element,
            "since": moment_value,
            "done_at": moment_value,
        }
    ),
    repair.ReplayGroup: Rules(values={"system": ModelEncoder.element, "integration": ModelEncoder.element}),
    repair.Communication: Rules(
        values={"order": order_id, "due": moment_value},
        keys=(
            "order",
            "action",
            "reason",
            "type",
            "notice",
            "language",
            "channel",
            "timezone",
            "likelihood",
            "due",
            "facts",
            "value",
            "text",
            "maySay",
        ),
    ),
    repair.PressingOrder: Rules(
        values={
            "order": order_id,
            "fulfillment": id_of("fulfillment"),
            "step": ModelEncoder.element,
            "location": element_of("location"),
            "start_at": moment_value,
            "left_to_do": duration_value,
            "promised_by": moment_value,
            "slack": duration_value,
        }
    ),
    repair.PressingGroup: Rules(
        values={
            "step": ModelEncoder.element,
            "location": element_of("location"),
            "least_slack": duration_value,
        }
    ),
}
