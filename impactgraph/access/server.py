"""Everything that a server needs to decide who may do what."""

from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from graph_models.time import Millis
from impactgraph.access.config import AccessRules
from impactgraph.access.policy import ServePolicy
from impactgraph.access.providers import SessionRules, open_providers
from impactgraph.access.verifier import AdminKeyFile, ComposedVerifier, KeyVerifier, LocalToken, TokenVerifier
from impactgraph.ports.access import AuditTrail, KeyStore
from impactgraph.usecases.access import Access


@dataclass(frozen=True)
class ServerAccess:
    policy: ServePolicy
    access: Access
    rules: AccessRules
    """All that the access file says."""
    local_token: str
    """For commands on this machine that may read the folder of the store."""


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """How a server is to be reached."""

    host: str
    rules: AccessRules | None = None
    admin_key_file: Path | None = None
    is_open: bool = False
    sessions: SessionRules = field(default_factory=SessionRules)


@contextmanager
def server_access(
    options: AccessOptions, keys: KeyStore, audit: AuditTrail, now: Callable[[], Millis]
) -> Generator[ServerAccess]:
    """Closes keys and audit log at the end. Raises BadInputError where the server must not listen there."""
    with closing(keys), closing(audit):
        rules = options.rules or AccessRules()
        local = LocalToken()
        verifiers: list[TokenVerifier] = [local]
        if options.admin_key_file is not None:
            verifiers.append(AdminKeyFile(options.admin_key_file))
        verifiers.append(KeyVerifier(keys, now))
        providers = open_providers(rules, options.sessions, now=now)
        verifiers.extend(providers.tokens)
        policy = ServePolicy(
            options.host, options.rules, keys, options.admin_key_file is not None, options.is_open
        )
        policy.check()
        verifier = ComposedVerifier(verifiers, providers.sessions, is_required=policy.is_required)
        access = Access(
            verifier, rules.endpoints, audit, providers.login, frozenset(rules.personal), rules.limits
        )
        yield ServerAccess(policy, access, rules, local.text)
