"""Settings from the environment, overridden by options."""

from pydantic import ValidationError

from impactgraph.errors import BadInputError, Problem
from impactgraph.settings import Settings, without_credentials


def read_settings(**options: object) -> Settings:
    """Settings; options that are None leave the environment's value.

    Raises BadInputError naming every invalid variable or option.
    """
    values = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**values)  # pyright: ignore[reportArgumentType] - pydantic checks the values
    except ValidationError as error:
        raise BadInputError(
            *(
                _problem(str(detail["loc"][0]), detail["msg"], detail["input"], values)
                for detail in error.errors()
            )
        ) from None


def _problem(name: str, message: str, value: object, values: dict[str, object]) -> Problem:
    source = f"--{name.replace('_', '-')}" if name in values else f"IMPACTGRAPH_{name.upper()}"
    about = Settings.model_fields[name].description if name in Settings.model_fields else ""
    return Problem(
        f"{source} is {without_credentials(repr(value))}: {message[:1].lower()}{message[1:]}. It is: {about}"
    )
