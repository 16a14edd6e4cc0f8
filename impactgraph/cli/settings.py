"""The environment, with what options say put over it."""

from pydantic import ValidationError

from impactgraph.errors import BadInputError, Problem
from impactgraph.settings import Settings


def read_settings(**options: object) -> Settings:
    """Options that are None leave the environment's value. Raises BadInputError naming every variable or option that is wrong."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)  # pyright: ignore[reportArgumentType] - pydantic checks the values
    except ValidationError as error:
        raise BadInputError(
            *(
                _problem(str(detail["loc"][0]), detail["msg"], detail["input"], given)
                for detail in error.errors()
            )
        ) from None


def _problem(name: str, message: str, value: object, given: dict[str, object]) -> Problem:
    where = f"--{name.replace('_', '-')}" if name in given else f"IMPACTGRAPH_{name.upper()}"
    about = Settings.model_fields[name].description if name in Settings.model_fields else ""
    return Problem(f"{where} is {value!r}: {message[:1].lower()}{message[1:]}. It is: {about}")
