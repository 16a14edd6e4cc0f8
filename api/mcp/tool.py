"""A tool that refuses arguments that it does not have, and says in plain words what is wrong with them."""

from collections.abc import Callable, Mapping
from typing import Any

from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations
from pydantic import ValidationError

READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_LONGEST_VALUE = 60
"""Characters of a value that an error repeats."""


class QuestionTool(Tool):
    """Changes nothing, and answers with structured content."""

    async def run(self, arguments: dict[str, Any], context: Any, convert_result: bool = False) -> Any:
        """Raises ToolError with what the caller can correct; what they cannot is an UnexpectedToolError."""
        try:
            return await super().run(arguments, context, convert_result)
        except UnexpectedToolError:
            raise
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                raise ToolError(self._text_of(cause)) from cause
            raise ToolError(str(cause) if isinstance(cause, ToolError) else str(error)) from cause

    def _text_of(self, error: ValidationError) -> str:
        return "\n".join(map(self._problem, error.errors()))

    def _problem(self, detail: Mapping[str, Any]) -> str:
        place = ".".join(map(str, detail["loc"]))
        if detail["type"] == "extra_forbidden":
            return f"{place}: there is no such argument. {self.name} has {', '.join(self._names(detail))}."
        if detail["type"] == "missing":
            return f"{place}: is missing. {self.name} needs it."
        value = repr(detail["input"])
        text = value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "…"
        return f"{place} is {text}: {detail['msg'][:1].lower()}{detail['msg'][1:]}."

    def _names(self, detail: Mapping[str, Any]) -> list[str]:
        """The members that the object has in which an unknown one was given."""
        schema = self.parameters
        for part in detail["loc"][:-1]:
            schema = _resolve(schema, self.parameters)
            schema = schema["items"] if isinstance(part, int) else schema["properties"].get(part, {})
        return sorted(_resolve(schema, self.parameters).get("properties", {}))


def question_tool(function: Callable[..., Any]) -> QuestionTool:
    """The tool of a function: its name, docstring and types."""
    tool = QuestionTool.from_function(function, annotations=READ_ONLY, structured_output=True)
    assert isinstance(tool, QuestionTool)
    tool.description = " ".join(tool.description.split())
    model = tool.fn_metadata.arg_model
    model.model_config["extra"] = "forbid"
    model.model_rebuild(force=True)
    tool.parameters = _without_nulls(_without_titles(model.model_json_schema(by_alias=True)))
    tool.fn_metadata.output_schema = _without_titles(tool.fn_metadata.output_schema)
    return tool


def _resolve(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """The schema with its reference followed."""
    if "$ref" in schema:
        return root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _without_titles(schema: Any) -> Any:
    """A smaller schema: the titles that pydantic adds repeat the names."""
    if isinstance(schema, list):
        return [_without_titles(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {key: _without_titles(each) for key, each in value.items()}
        if name in ("properties", "$defs")
        else _without_titles(value)
        for name, value in schema.items()
        if name != "title" or not isinstance(value, str)
    }


def _without_nulls(schema: Any) -> Any:
    """A smaller schema of arguments: where null is the default, it need not say that null is allowed."""
    if isinstance(schema, list):
        return [_without_nulls(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "default" in schema and schema["default"] is None and len(schema.get("anyOf", ())) == 2:
        others = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
        return _without_nulls(schema["anyOf"][0]) | others
    return {name: _without_nulls(value) for name, value in schema.items()}
