"""Whatever has an id of its own."""

import strawberry


@strawberry.interface(description="Whatever has an id of its own, `kind:key`, and can be found by it.")
class Node:
    id: strawberry.ID = strawberry.field(description="Full id, such as order:O-1001 or system:oms.")
