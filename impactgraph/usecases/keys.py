"""API keys and the audit log of their changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from graph_models.access import Principal
from graph_models.time import Millis
from impactgraph.credentials import keys as pure
from impactgraph.credentials.keys import ApiKey, IssuedKey, NewKey
from impactgraph.ports.access import AuditTrail, KeyStore
from impactgraph.usecases.recording import Recorder

T = TypeVar("T")
OVERLAP = pure.OVERLAP


@dataclass(frozen=True)
class KeyRing:
    """Changes keys in the name of somebody; each change is in the audit log."""

    store: KeyStore
    audit: AuditTrail
    by: Principal
    now: Callable[[], Millis]

    def create(self, request: NewKey) -> IssuedKey:
        """Raises BadInputError, StoreUnavailableError."""

        def work(keys: Mapping[str, ApiKey]) -> tuple[ApiKey, IssuedKey]:
            made = pure.issue(keys, request, self.now())
            return made.key, made

        rows = {name: keys for name, keys in asdict(request.rows).items() if keys}
        return self._audit("keys create", {"name": request.name, "role": request.role, **rows}, work)

    def rotate(self, text: str, overlap: Millis) -> IssuedKey:
        """Raises NotFoundError, BadInputError, StoreUnavailableError."""

        def work(keys: Mapping[str, ApiKey]) -> tuple[ApiKey, IssuedKey]:
            made = pure.rotate(keys, text, self.now(), overlap)
            return made.key, made

        return self._audit("keys rotate", {"key": self._id(text)}, work)

    def revoke(self, text: str) -> ApiKey:
        """Raises NotFoundError, BadInputError, StoreUnavailableError."""

        def work(keys: Mapping[str, ApiKey]) -> tuple[ApiKey, ApiKey]:
            key = pure.revoke(keys, text, self.now())
            return key, key

        return self._audit("keys revoke", {"key": self._id(text)}, work)

    def all(self) -> Sequence[ApiKey]:
        """Newest first. Raises StoreUnavailableError."""
        return sorted(self.store.keys().values(), key=lambda key: (-key.created_at, key.id))

    def _id(self, text: str) -> str:
        """Without a secret that the text may have."""
        return pure.find_key(self.store.keys(), text).id

    def _audit(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        work: Callable[[Mapping[str, ApiKey]], tuple[ApiKey, T]],
    ) -> T:
        with Recorder(self.audit, self.by, self.now).change(operation, arguments) as change:
            result = self.store.change(work)
            if isinstance(result, IssuedKey):
                change.arguments["key"] = result.key.id
        return result
