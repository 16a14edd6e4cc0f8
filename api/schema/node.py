"""Objects with an id."""

import strawberry


@strawberry.interface(
    description="An object with an id of the form `kind:key`, by which the query `node` returns it."
)
class Node:
    id: strawberry.ID = strawberry.field(description="Full id, such as order:O-1001 or system:oms.")
