"""Documents that were found valid, so that one that comes again is not read and checked again: that takes longer than many an answer.

Strawberry's own caches keep the errors of invalid documents too, and with their tracebacks all that a request held.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import DocumentNode
from strawberry.extensions import SchemaExtension

MOST = 256
LONGEST = 20_000
"""Characters of a document that is kept."""


@dataclass
class Documents:
    """By their text, the one asked last at the end. Belongs to one schema and one event loop."""

    _valid: OrderedDict[str, DocumentNode] = field(default_factory=OrderedDict[str, DocumentNode])

    def find(self, text: str | None) -> DocumentNode | None:
        if text is None or text not in self._valid:
            return None
        self._valid.move_to_end(text)
        return self._valid[text]

    def keep(self, text: str | None, document: DocumentNode) -> None:
        if text is not None and len(text) <= LONGEST:
            self._valid[text] = document
            if len(self._valid) > MOST:
                self._valid.popitem(last=False)


class KnownDocuments(SchemaExtension):
    def __init__(self, documents: Documents) -> None:
        super().__init__()
        self._documents = documents
        self._known = False

    def on_parse(self) -> Iterator[None]:
        document = self._documents.find(self.execution_context.query)
        self._known = document is not None
        self.execution_context.graphql_document = document or self.execution_context.graphql_document
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if self._known:
            context.pre_execution_errors = []
        yield
        if not self._known and context.graphql_document is not None and not context.pre_execution_errors:
            self._documents.keep(context.query, context.graphql_document)
