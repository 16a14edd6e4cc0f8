"""`impactgraph why`: the diagnosis of one order, and what to tell the customer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.order_text import OrderText
from impactgraph.cli.question_options import AsOf, Zone

MessageOption = Literal["short", "normal", "facts"]
"""What is printed of the message to the customer."""

Language = Annotated[
    str | None,
    Parameter(help="Language of the customer message, such as de [default: the customer's, else English]."),
]
MessageForm = Annotated[
    MessageOption,
    Parameter(help="Customer message for SMS (short) or mail (normal), or its facts as JSON (facts)."),
]
Messages = Annotated[
    Path | None,
    Parameter(
        help="Folder with the company's own texts of customer messages, a YAML file for each language. A "
        "server uses its own.",
        env_var="IMPACTGRAPH_MESSAGES",
        show_default=False,
    ),
]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class MessageOptions:
    """How the customer is addressed."""

    language: Language = None
    form: MessageForm = "normal"
    messages: Messages = None


DEFAULT_MESSAGE = MessageOptions()


def why(
    order: OrderText,
    /,
    *,
    as_of: AsOf = None,
    timezone: Zone = "UTC",
    message: MessageOptions = DEFAULT_MESSAGE,
    common: Common = COMMON,
) -> None:
    """Prints the diagnosis of one order."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.decode import key_in
    from impactgraph.cli.order_text import note_match
    from impactgraph.cli.output import present
    from impactgraph.cli.times import parse_moment_option, parse_zone_option
    from impactgraph.cli.why_data import why_rows
    from impactgraph.cli.why_message import MessageLayout
    from impactgraph.cli.why_text import print_why
    from impactgraph.usecases.wording import Wording, read_messages

    target = find_target(common)
    at = parse_moment_option("--as-of", as_of, target.now)
    wording = Wording(parse_zone_option(timezone), read_messages(message.messages))
    layout = MessageLayout.of(message.form, message.language)
    with target.open() as answers:
        answer = answers.why(order, at, wording, layout)
    note_match(order, key_in(answer["order"]["id"]), answer["matched"])
    present(
        common.format,
        timezone=wording.timezone,
        text=lambda out: print_why(out, answer, layout, at),
        data=lambda: answer["order"],
        rows=lambda: why_rows(answer["order"]),
    )
