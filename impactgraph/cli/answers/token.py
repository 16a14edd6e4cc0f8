"""The token that a command asks a server with. No option takes it: options are seen in lists of processes."""

import os

from impactgraph.cli.options import Place

VARIABLE = "IMPACTGRAPH_TOKEN"


def token_of(place: Place) -> str | None:
    """The token of --token-file or of the environment; None without either. Raises BadInputError."""
    from impactgraph.errors import BadInputError, Problem

    text, source = os.environ.get(VARIABLE, ""), VARIABLE
    if place.token_file is not None:
        source = f"--token-file {place.token_file}"
        try:
            text = place.token_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise BadInputError(Problem(f"{source} cannot be read: {reason}.")) from error
        if not text.strip():
            raise BadInputError(Problem(f"{source} is empty: write the key into it."))
    token = text.strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise BadInputError(Problem(f"{source} has no token: a token is one word."))
    return token or None
