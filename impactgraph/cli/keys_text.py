"""API keys as text and as data."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from graph_models.access import RowFilter
from graph_models.time import Millis
from impactgraph.cli.encode.values import Json, iso_moment
from impactgraph.cli.formats import day_and_time
from impactgraph.cli.output import Rows, table
from impactgraph.credentials.keys import ApiKey

if TYPE_CHECKING:
    from rich.console import Console

COLUMNS = (
    "id",
    "name",
    "role",
    "orders",
    "state",
    "createdAt",
    "lastUsedAt",
    "expiresAt",
    "revokedAt",
    "secrets",
)


def key_data(key: ApiKey, now: Millis) -> Json:
    """Without its secrets."""
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role.value,
        "orders": rows_text(key.rows),
        "state": state_of(key, now),
        "createdAt": iso_moment(key.created_at),
        "lastUsedAt": iso_moment(key.used_at),
        "expiresAt": iso_moment(key.expires_at),
        "revokedAt": iso_moment(key.revoked_at),
        "secrets": sum(secret.expires_at is None or now < secret.expires_at for secret in key.secrets),
    }


def key_rows(keys: Sequence[ApiKey], now: Millis) -> Rows:
    return Rows(COLUMNS, [key_data(key, now) for key in keys])


def state_of(key: ApiKey, now: Millis) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "valid" if key.is_valid(now) else "expired"


def rows_text(rows: RowFilter) -> str:
    """Such as `regions DE, AT; channels web`."""
    parts = (
        ("regions", rows.regions),
        ("brands", rows.brands),
        ("channels", rows.channels),
        ("locations", rows.locations),
    )
    return "; ".join(f"{name} {', '.join(keys)}" for name, keys in parts if keys) or "all"


def print_keys(out: "Console", keys: Sequence[ApiKey], now: Millis) -> None:
    if not keys:
        out.print("No keys. Make one: impactgraph keys create --name NAME --role ROLE")
        return
    lines = table("id", "name", "role", "orders", "state", "last used", "expires")
    for key in keys:
        lines.add_row(
            key.id,
            key.name,
            key.role.value,
            rows_text(key.rows),
            state_of(key, now),
            _moment(key.used_at),
            _moment(key.expires_at),
        )
    out.print(lines)


def issued_text(key: ApiKey) -> str:
    ends = f", until {day_and_time(key.expires_at)}" if key.expires_at is not None else ""
    former = [secret for secret in key.secrets[:-1] if secret.expires_at is not None]
    overlap = (
        f" Its former secret is valid until {day_and_time(former[0].expires_at or 0)}." if former else ""
    )
    return (
        f"The key {key.id} ({key.name}): role {key.role.value}, orders: {rows_text(key.rows)}{ends}. It is "
        f"not shown again: keep it as a secret.{overlap}"
    )


def _moment(at: Millis | None) -> str:
    return "never" if at is None else day_and_time(at)
