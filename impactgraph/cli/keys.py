"""`impactgraph keys`: API keys of a store, also while a server has it open."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from graph_models.access import RowFilter
    from impactgraph.credentials.keys import IssuedKey
    from impactgraph.usecases.keys import KeyRing

Name = Annotated[str, Parameter(help="What uses the key: shown in lists and in the audit log.")]
RoleName = Annotated[
    Literal["viewer", "service-desk", "responder", "architect", "ingest", "monitor", "admin"],
    Parameter(name="--role", help="What it permits (docs/access.md)."),
]
Expires = Annotated[
    str | None,
    Parameter(
        help="When it ends: ISO 8601, or relative such as +90d [default: never].", allow_leading_hyphen=True
    ),
]
KeyText = Annotated[str, Parameter(help="Id or name of the key.")]
Overlap = Annotated[str, Parameter(help="For how long the former secret stays valid; 0s: not at all.")]


def _dimension(name: str, noun: str) -> Parameter:
    return Parameter(
        name=name, help=f"Only orders of this {noun}; repeatable.", negative=(), show_default=False
    )


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RowOptions:
    """Which orders a key shows."""

    region: Annotated[tuple[str, ...], _dimension("--region", "region")] = ()
    brand: Annotated[tuple[str, ...], _dimension("--brand", "brand")] = ()
    channel: Annotated[tuple[str, ...], _dimension("--channel", "channel")] = ()
    location: Annotated[tuple[str, ...], _dimension("--location", "location")] = ()

    def row_filter(self) -> "RowFilter":
        from graph_models.access import RowFilter
        from graph_models.ids import key_of

        locations = {key_of(each, "location") for each in self.location}
        options = (self.region, self.brand, self.channel, locations)
        return RowFilter(*(tuple(sorted({key.strip() for key in keys} - {""})) for keys in options))


ALL_ROWS = RowOptions()


def create(
    *,
    name: Name,
    role: RoleName,
    expires: Expires = None,
    rows: RowOptions = ALL_ROWS,
    common: Common = COMMON,
) -> int:
    from graph_models.access import Role
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.times import parse_moment_option
    from impactgraph.credentials.keys import NewKey

    ends = parse_moment_option("--expires", expires, system_clock())
    with _ring(common) as ring:
        key_and_secret = ring.create(NewKey(name, Role(role), rows.row_filter(), ends))
    return _show(key_and_secret, common)


def rotate(key: KeyText, /, *, overlap: Overlap = "7d", common: Common = COMMON) -> int:
    from impactgraph.cli.times import parse_duration_option

    span = parse_duration_option("--overlap", overlap) or 0
    with _ring(common) as ring:
        key_and_secret = ring.rotate(key, span)
    return _show(key_and_secret, common)


def revoke(key: KeyText, /, *, common: Common = COMMON) -> int:
    from impactgraph.cli.keys_text import key_data, key_rows
    from impactgraph.cli.output import present

    with _ring(common) as ring:
        api_key = ring.revoke(key)
    present(
        common.format,
        text=lambda out: out.print(f"The key {api_key.id} ({api_key.name}) is revoked."),
        data=lambda: key_data(api_key, ring.now()),
        rows=lambda: key_rows([api_key], ring.now()),
    )
    return 0


def list_(*, common: Common = COMMON) -> int:
    from impactgraph.cli.keys_text import key_data, key_rows, print_keys
    from impactgraph.cli.output import present

    with _ring(common) as ring:
        keys, now = ring.all(), ring.now()
    present(
        common.format,
        text=lambda out: print_keys(out, keys, now),
        data=lambda: {"keys": [key_data(key, now) for key in keys]},
        rows=lambda: key_rows(keys, now),
    )
    return 0


def generate(*, common: Common = COMMON) -> int:
    from impactgraph.credentials.tokens import new_token

    sys.stdout.write(f"{new_token().text}\n")
    return 0


def _show(issue: "IssuedKey", common: Common) -> int:
    """The key alone on standard output, so that a shell can take it; what it is on standard error."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.keys_text import issued_text, key_data
    from impactgraph.cli.output import print_error, write_json

    if common.format == "json":
        write_json({"key": key_data(issue.key, system_clock()), "token": issue.token.text})
    else:
        sys.stdout.write(f"{issue.token.text}\n")
        print_error(issued_text(issue.key))
    return 0


@contextmanager
def _ring(common: Common) -> "Generator[KeyRing]":
    """The keys of the store. Raises BadInputError where a server is named."""
    from contextlib import closing

    from impactgraph.bootstrap import open_audit, open_keys, system_clock
    from impactgraph.cli.local_user import local_user
    from impactgraph.errors import BadInputError, Problem
    from impactgraph.usecases.keys import KeyRing

    if common.server is not None:
        raise BadInputError(
            Problem(
                f"`keys` works on the store of the server at {common.server}: run it where that is, with "
                "--store and without --server and IMPACTGRAPH_SERVER. The server may run meanwhile."
            )
        )
    with closing(open_keys(common.store)) as keys, closing(open_audit(common.store)) as audit:
        yield KeyRing(keys, audit, local_user(), system_clock)
