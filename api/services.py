"""Services of an application beside its store: live sources, notices, and tools of assistants."""

from dataclasses import dataclass, field

from api.mcp.options import McpOptions
from impactgraph.usecases.notices import NoNotices, NoticeWorker
from impactgraph.usecases.sources import LiveSources, NoSources


@dataclass(frozen=True)
class Services:
    """Without any by default."""

    sources: LiveSources = field(default_factory=NoSources)
    """They are followed while the application runs."""
    notices: NoticeWorker = field(default_factory=NoNotices)
    """They are sent while it runs."""
    mcp: McpOptions | None = None
    """How questions are tools of the Model Context Protocol, too; None: they are not."""


NO_SERVICES = Services()
