"""Settings from the environment, overridden by options."""

from collections.abc import Mapping

from pydantic import ValidationError

from impactgraph.addresses import without_credentials
from impactgraph.errors import BadInputError, Problem
from impactgraph.settings import Settings


def read_settings(**options: object) -> Settings:
    """Settings; options that are None leave the environment's value.

    Raises BadInputError naming every invalid variable or option.
    """
    values = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**values)  # pyright: ignore[reportArgumentType] - pydantic checks the values
    except ValidationError as error:
        raise BadInputError(*_problems(error, values).values()) from None


def valid_settings() -> tuple[Settings, tuple[Problem, ...]]:
    """The settings of the environment with the defaults in place of what is invalid, and what that is."""
    try:
        return Settings(), ()
    except ValidationError as error:
        problems = _problems(error, {})
    defaults = {name: Settings.model_fields[name].default for name in problems}
    return Settings(**defaults), tuple(problems.values())


def _problems(error: ValidationError, options: Mapping[str, object]) -> dict[str, Problem]:
    """By the name of the setting."""
    return {
        str(detail["loc"][0]): _problem(str(detail["loc"][0]), detail["msg"], detail["input"], options)
        for detail in error.errors()
    }


def _problem(name: str, message: str, value: object, options: Mapping[str, object]) -> Problem:
    source = f"--{name.replace('_', '-')}" if name in options else f"IMPACTGRAPH_{name.upper()}"
    about = Settings.model_fields[name].description if name in Settings.model_fields else ""
    return Problem(
        f"{source} is {without_credentials(repr(value))}: {message[:1].lower()}{message[1:]}. It is: {about}"
    )
