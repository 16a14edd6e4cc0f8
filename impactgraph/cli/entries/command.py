"""The entry of one command: its help text and examples."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    name: str
    summary: str
    details: str
    examples: tuple[str, ...]
    """Lines for a shell."""

    @property
    def function_path(self) -> str:
        """`module:function`, imported when the command is called."""
        words = [word.replace("-", "_") for word in self.name.split()]
        function = f"{words[-1]}_" if words[-1] in _BUILTINS else words[-1]
        return f"impactgraph.cli.{words[0]}:{function}"

    @property
    def words(self) -> tuple[str, ...]:
        """The words that call it: a group and a command, or a command."""
        return tuple(self.name.split())

    @property
    def help(self) -> str:
        return f"{self.summary}\n\n{self.details}"

    @property
    def epilogue(self) -> str:
        title = "Examples:" if len(self.examples) > 1 else "Example:"
        return "\n".join((title, *(f"  {example}" for example in self.examples)))


_BUILTINS = ("list", "try")
"""Names of commands whose function must have another name: built-ins and keywords."""
