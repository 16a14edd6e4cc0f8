"""Removes from the log what was removed for good, and looks for it in the whole database."""

from collections.abc import Iterator, Sequence

from impactgraph.audit.chain import texts_of_line
from impactgraph.ports.removal import Place, Search
from impactgraph.stores.local.byte_search import search_block
from impactgraph.stores.local.cleaner import Cleaner
from impactgraph.stores.local.packing import unpack
from impactgraph.stores.local.removal import Removal
from impactgraph.stores.local.terms import Terms
from impactgraph.stores.neo4j.database import Database
from impactgraph.stores.neo4j.log import Log, LogEnd

_PROPERTIES = """
match (n) where not n:Block
unwind keys(n) as name
with n, name, case when valueType(n[name]) starts with 'LIST'
  then [each in n[name] | toStringOrNull(each)] else [toStringOrNull(n[name])] end as texts
unwind texts as text
with labels(n) as labels, name, text where text is not null
  and any(form in $forms where toLower(text) contains form)
return labels, name, text
"""
_COUNT = "match (n) where not n:Block return count(n) as count"


def clean_log(log: Log, end: LogEnd, removals: Sequence[Removal], terms: Terms | None) -> int:
    """Rewrites the blocks that have something of it; their number. May be repeated."""
    cleaner = Cleaner(removals, terms)
    return sum(_rewrite(log, number, data, cleaner) for number, data in log.packed(end))


def _rewrite(log: Log, number: int, data: bytes, cleaner: Cleaner) -> bool:
    block = cleaner.clean(unpack(data))
    if block is not None:
        log.rewrite(number, block)
    return block is not None


def search_database(database: Database, log: Log, end: LogEnd, terms: Terms) -> Search:
    """Every block, unpacked, and every property of every other node."""
    search = Search()
    for number, data in log.packed(end):
        search += search_block(f"block {number} of the log", data, terms)
    places = tuple(_found_properties(database, terms))
    return search + Search(database.read(_COUNT)[0]["count"], 0, places)


def _found_properties(database: Database, terms: Terms) -> Iterator[Place]:
    for row in database.read(_PROPERTIES, forms=[form.lower() for form in terms.forms]):
        is_audited = row["labels"] == ["AuditEntry"] and row["name"] == "line"
        if count := terms.count(texts_of_line(row["text"]) if is_audited else row["text"]):
            yield Place(f"property {row['name']} of {':'.join(row['labels'])}", count)
