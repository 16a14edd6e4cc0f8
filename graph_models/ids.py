"""Ids are `kind:key`; the key is all after the first colon."""

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
    """(kind, key) with the kind in lower case; kind is empty where the text names none of ours."""
    kind, colon, key = identifier.partition(":")
    return (kind.lower(), key) if colon and kind.lower() in KINDS else ("", identifier)


def key_of(identifier: str, kind: str) -> str:
    """The bare key of an id that may or may not name its kind; only the expected kind is stripped."""
    found, key = split_id(identifier)
    return key if found == kind else identifier
