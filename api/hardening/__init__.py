"""Protection of the HTTP interface: headers, origins, sizes, overload, rates, persisted operations."""
