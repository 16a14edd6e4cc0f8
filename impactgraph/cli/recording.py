"""Audit entries of commands that change a store without a server, under the user of the machine."""

from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from impactgraph.usecases.recording import RecordedChange


@dataclass(frozen=True)
class StoreRecording:
    """The port `Recording`; the log of the store at the address is open during a change only."""

    address: str

    @contextmanager
    def change(self, operation: str, arguments: Mapping[str, Any]) -> "Generator[RecordedChange]":
        from impactgraph.bootstrap import open_audit, personal_by_settings, system_clock
        from impactgraph.cli.local_user import local_user
        from impactgraph.usecases.recording import Recorder

        with closing(open_audit(self.address, personal=personal_by_settings())) as log:
            recorder = Recorder(log, local_user(), system_clock)
            with recorder.change(operation, arguments) as change:
                yield change
