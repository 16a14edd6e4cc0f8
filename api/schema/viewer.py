"""The principal of the request, and its permissions."""

import strawberry

from graph_models.access import Permission, Principal, RowFilter


@strawberry.type(
    description="Which orders somebody sees: those with a listed value, in each list that has any."
)
class Rows:
    regions: list[str] = strawberry.field(description="Keys of regions; empty: of all.")
    brands: list[str] = strawberry.field(description="Keys of brands; empty: of all.")
    channels: list[str] = strawberry.field(description="Keys of channels; empty: of all.")
    locations: list[str] = strawberry.field(description="Keys of locations; empty: of all.")

    @classmethod
    def of(cls, rows: RowFilter) -> "Rows":
        return cls(
            regions=list(rows.regions),
            brands=list(rows.brands),
            channels=list(rows.channels),
            locations=list(rows.locations),
        )


@strawberry.type(description="The principal of the request, by the key, token or session of the request.")
class Viewer:
    subject: strawberry.ID = strawberry.field(description="Identifies them: key:..., user:... or local.")
    name: str = strawberry.field(description="What people call them.")
    roles: list[str] = strawberry.field(description="Such as service-desk, sorted.")
    permissions: list[str] = strawberry.field(description="What they may do, such as repair, sorted.")
    rows: Rows | None = strawberry.field(description="Which orders they see; null: all.")

    @classmethod
    def of(cls, principal: Principal) -> "Viewer":
        return cls(
            subject=strawberry.ID(principal.subject),
            name=principal.name,
            roles=sorted(principal.roles),
            permissions=sorted(each for each in Permission if principal.may(each)),
            rows=None if principal.rows.shows_everything else Rows.of(principal.rows),
        )
