"""Messages of wrong usage: which argument, what with its value, and how to correct it."""

from cyclopts import CoercionError, CycloptsError, MissingArgumentError, UnusedCliTokensError

_NUMBERS: dict[type | None, str] = {int: "a whole number", float: "a number"}


def usage_message(error: CycloptsError) -> str:
    """One sentence or two; other errors keep the words of the parser."""
    command = " ".join(("impactgraph", *(error.command_chain or ())))
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        return f"`{command}` has no argument for {error.unused_tokens[0]!r}; leave it out."
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        return _missing(error, command, error.argument.name)
    if isinstance(error, CoercionError) and error.token and error.target_type in _NUMBERS:
        name = error.token.keyword or (error.argument.name.lstrip("-").upper() if error.argument else "value")
        return f"{name} is {error.token.value!r}; give {_NUMBERS[error.target_type]}."
    return str(error)


def usage_note(error: CycloptsError) -> str:
    """Where to read on."""
    chain = " ".join(error.command_chain or ())
    return f"Usage: impactgraph {chain} --help" if chain else "Usage: impactgraph --help"


def _missing(error: MissingArgumentError, command: str, name: str) -> str:
    if error.keyword is not None:
        return (
            f"{error.keyword} has no value; give one. Write a value that begins with a hyphen as "
            f"{error.keyword}=VALUE."
        )
    return f"{name} is missing; `{command}` needs it."
