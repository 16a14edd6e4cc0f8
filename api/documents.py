"""Cache of valid GraphQL documents: parsing and validating often takes longer than answering.

Strawberry's own caches also keep the errors of invalid documents, and with their tracebacks
everything that the request held.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import DocumentNode
from strawberry.extensions import SchemaExtension

MAX_DOCUMENTS = 256
MAX_LENGTH = 20_000
"""Characters; longer documents are not cached."""


@dataclass
class Documents:
    """Least recently used cache by the text of the document. Belongs to one schema and one event loop."""

    _valid: OrderedDict[str, DocumentNode] = field(default_factory=OrderedDict[str, DocumentNode])

    def find(self, text: str | None) -> DocumentNode | None:
        if text is None or text not in self._valid:
            return None
        self._valid.move_to_end(text)
        return self._valid[text]

    def keep(self, text: str | None, document: DocumentNode) -> None:
        if text is not None and len(text) <= MAX_LENGTH:
            self._valid[text] = document
            if len(self._valid) > MAX_DOCUMENTS:
                self._valid.popitem(last=False)


class CachedDocuments(SchemaExtension):
    """Skips parsing and validation of documents that are in the cache."""

    def __init__(self, documents: Documents) -> None:
        super().__init__()
        self._documents = documents
        self._is_cached = False

    def on_parse(self) -> Iterator[None]:
        document = self._documents.find(self.execution_context.query)
        self._is_cached = document is not None
        self.execution_context.graphql_document = document or self.execution_context.graphql_document
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if self._is_cached:
            context.pre_execution_errors = []
        yield
        if not self._is_cached and context.graphql_document is not None and not context.pre_execution_errors:
            self._documents.keep(context.query, context.graphql_document)
