"""`impactgraph serve`: HTTP over a store."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

Host = Annotated[
    str | None, Parameter(help="Address to listen on [default: IMPACTGRAPH_HOST, else 127.0.0.1].")
]
Port = Annotated[
    int | None, Parameter(help="Port to listen on; 0: any free one [default: IMPACTGRAPH_PORT, else 8000].")
]

Sources = Annotated[
    Path | None, Parameter(help="File of the live sources to follow [default: IMPACTGRAPH_SOURCES].")
]

Notices = Annotated[
    Path | None,
    Parameter(
        help="File of the rules of notices that are sent while it runs [default: IMPACTGRAPH_NOTICES]."
    ),
]


Access = Annotated[
    Path | None,
    Parameter(help="File that says who may ask and change what [default: IMPACTGRAPH_ACCESS]."),
]

Retention = Annotated[
    Path | None,
    Parameter(
        help="File of the rules by which ended orders are removed while it runs "
        "[default: IMPACTGRAPH_RETENTION]."
    ),
]


def serve(
    *,
    host: Host = None,
    port: Port = None,
    sources: Sources = None,
    notices: Notices = None,
    access: Access = None,
    retention: Retention = None,
    common: Common = COMMON,
) -> None:
    """Serves a store until interrupted; the port opens once the store is open."""
    from api.services import Services
    from graph_models.time import HOUR, MINUTE
    from impactgraph.access.format import load_access
    from impactgraph.access.providers import SessionRules
    from impactgraph.access.server import AccessOptions, server_access
    from impactgraph.bootstrap import open_audit, open_keys, read_personal, system_clock
    from impactgraph.cli.logs import configure_logs
    from impactgraph.cli.server import serve_store
    from impactgraph.cli.settings import read_settings
    from impactgraph.cli.stores import open_or_create
    from impactgraph.cli.tracing import traces
    from impactgraph.notices.channels import senders_of
    from impactgraph.notices.format import load_rules
    from impactgraph.notices.worker import SentNotices
    from impactgraph.retention.format import load_retention
    from impactgraph.retention.worker import running_retention
    from impactgraph.sources.format import load_sources
    from impactgraph.sources.live_sources import FollowedSources

    settings = read_settings(
        host=host,
        port=port,
        sources=sources,
        notices=notices,
        access=access,
        retention=retention,
        store=common.store,
    )
    configure_logs(settings)
    configs = load_sources(settings.sources) if settings.sources else ()
    rules = load_rules(settings.notices) if settings.notices else None
    senders = senders_of(rules)
    retention_rules = load_retention(settings.retention) if settings.retention else None
    access_rules = load_access(settings.access) if settings.access else None
    sessions = SessionRules(
        settings.session_secret_file,
        idle=round(settings.session_idle * MINUTE),
        length=round(settings.session_length * HOUR),
    )
    how = AccessOptions(settings.host, access_rules, settings.admin_key_file, settings.open, sessions)
    personal = read_personal(settings)
    keys, audit = open_keys(settings.store), open_audit(settings.store, personal=personal)
    access_context = server_access(how, keys, audit, system_clock)
    store_context = open_or_create(settings.store, personal=personal)
    with traces(), access_context as authentication, store_context as store:
        live_sources = FollowedSources(configs, store, now=system_clock)
        folder = None if "://" in settings.store else Path(settings.store)
        worker = SentNotices(store, rules, senders, now=system_clock, public_url=settings.url)
        with running_retention(store, retention_rules, audit, now=system_clock):
            services = Services(live_sources, worker)
            serve_store(store, settings, folder=folder, services=services, access=authentication)
