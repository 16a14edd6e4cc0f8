"""Addresses with user and password, as they are shown."""

import re

_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]*@")
"""User and password of an address."""


def without_credentials(text: str) -> str:
    """The text with *** for user and password of every address in it."""
    return _CREDENTIALS.sub("***@", text)
