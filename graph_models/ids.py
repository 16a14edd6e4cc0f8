"""Ids of the form `kind:key`; the key is everything after the first colon."""

KINDS = (
    "system",
    "api",
    "integration",
    "data",
    "workflow",
    "step",
    "location",
    "team",
    "playbook",
    "order",
    "fulfillment",
    "failure",
    "incident",
    "topology",
)


def full_id(kind: str, key: str) -> str:
    return f"{kind}:{key}"


def split_id(identifier: str) -> tuple[str, str]:
    """Returns (kind, key) with the kind in lower case; the kind is empty unless it is one of KINDS."""
    kind, colon, key = identifier.partition(":")
    return (kind.lower(), key) if colon and kind.lower() in KINDS else ("", identifier)


def key_of(identifier: str, kind: str) -> str:
    """Returns the bare key of an id with or without its kind; only the expected kind is stripped."""
    actual_kind, key = split_id(identifier)
    return key if actual_kind == kind else identifier
