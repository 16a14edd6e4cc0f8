"""Wording of answers for people: the time zone of the desk's texts, and the messages to customers."""

from dataclasses import dataclass
from pathlib import Path

from graph_models.zones import UTC
from impactgraph.messages.catalogue import Catalogues
from impactgraph.messages.messages import CustomerMessages
from impactgraph.messages.read_catalogues import catalogues_in, standard_catalogues

__all__ = ["DEFAULT_WORDING", "Catalogues", "CustomerMessages", "Wording", "read_messages"]


@dataclass(frozen=True)
class Wording:
    """The time zone of texts for the desk, and the catalogues of messages to customers."""

    timezone: str = UTC
    """IANA name."""
    catalogues: Catalogues | None = None
    """None: the standard ones."""

    @property
    def messages(self) -> Catalogues:
        return self.catalogues or standard_catalogues()


DEFAULT_WORDING = Wording()


def read_messages(folder: Path | None) -> Catalogues | None:
    """The catalogues of a folder; None without one. Raises BadInputError with all problems in it."""
    return None if folder is None else catalogues_in(folder)
