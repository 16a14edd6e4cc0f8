"""Layout of the message to the customer that a command prints: language and form."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph_models.customer_message import CustomerMessage, MessageForm

if TYPE_CHECKING:
    from impactgraph.usecases.why import CustomerMessages

FACTS = "facts"


@dataclass(frozen=True)
class MessageLayout:
    """`form` is None where the facts are printed in place of a message; `language` None: the customer's."""

    form: MessageForm | None = MessageForm.NORMAL
    language: str | None = None

    @classmethod
    def of(cls, form: str, language: str | None) -> "MessageLayout":
        """`form`: short, normal or facts."""
        return cls(None if form == FACTS else MessageForm(form.upper()), language)

    def message(self, messages: "CustomerMessages") -> CustomerMessage:
        """In the normal form where only facts are asked for. Raises BadInputError for a language without
        messages.
        """
        return messages.write(self.form or MessageForm.NORMAL, self.language)
