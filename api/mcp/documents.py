"""The GraphQL documents of the tools: each selects what its result has."""

_NAMED = "{ id name }"
_TEAM = "{ id name contact }"
_MONEY = "{ amount currency }"
_NUMBER = "{ expected low high possible }"
_AMOUNT = "{ currency expected low high converted }"
_FAILURE = f"{{ id target {_NAMED} class severity summary startedAt expectedEnd endedAt active }}"
_PAGE = "pageInfo { hasNextPage } totalCount"
_ORDER = f"id channel region customerTier value {_MONEY} promisedBy"
_CAUSE = f"{{ kind likelihood element {_NAMED} failure {{ id }} alsoReportedAs evidence }}"
_ABSORPTION = f"{{ element {_NAMED} rule detail }}"
_COUNTED = "orders stuck exposed upcoming recordsOnly promisesMissed postings notifications tasks"
_TOTALS = " ".join(
    (*(f"{name} {_NUMBER}" for name in _COUNTED.split()), f"value {_AMOUNT} refundsAtRisk {_AMOUNT}")
)
_FEW_TOTALS = f"{{ orders {_NUMBER} promisesMissed {_NUMBER} value {_AMOUNT} }}"

_QUESTION = (
    "$failures: [ID!], $suppose: [FailureInput!], $where: OrderFilter, $asOf: DateTime, $timezone: String"
)
_ASKED = "failures: $failures, suppose: $suppose, where: $where, asOf: $asOf, timezone: $timezone"


def _blast_radius(selection: str, variables: str = "") -> str:
    return f"query ({_QUESTION}{variables}) {{ blastRadius({_ASKED}) {{ asOf {selection} }} }}"


def _list_of_blast_radius(field: str, arguments: str, variables: str, node: str) -> str:
    return _blast_radius(
        f"headline absorbed {_ABSORPTION} "
        f"list: {field}({arguments}first: $first, after: $after) {{ edges {{ cursor node {{ {node} }} }} "
        f"{_PAGE} }}",
        f"{variables}, $first: Int, $after: String",
    )


SERVER_TIME = "{ serverTime }"
BLAST_RADIUS = _blast_radius(
    f"topology headline failures {_FAILURE} totals {{ estimates {{ {_TOTALS} }} }} "
    f"owners {{ team {_TEAM} orders value {_MONEY} }} absorbed {_ABSORPTION} assumptions leftOut complete"
)
AFFECTED_ORDERS = _list_of_blast_radius(
    "orders",
    "orderBy: $orderBy, ",
    ", $orderBy: OrderSort",
    f"order {{ {_ORDER} }} band effect firstHit {_NAMED} hitAt likelihood expectedDelay "
    "expectedCompletion missesPromise missLikelihood path { sentence }",
)
_RECORD = "order { id } fulfillment type effect likelihood due expectedAt path { sentence }"
_BY_TYPE = ("types: $types, effects: $effects, ", ", $types: [String!], $effects: [RecordEffect!]")
AFFECTED_RECORDS = {
    "postings": _list_of_blast_radius("postings", *_BY_TYPE, f"{_RECORD} amount {_MONEY}"),
    "notifications": _list_of_blast_radius("notifications", *_BY_TYPE, _RECORD),
    "tasks": _list_of_blast_radius("tasks", "", "", _RECORD),
}
EXPLAIN = _blast_radius(
    f"explain(order: $order) {{ affected sentence paths {{ sentence }} stoppedBy {_ABSORPTION} }}",
    ", $order: ID!",
)

FIND_ORDER = """query ($text: String!) {
  findOrder(text: $text) { matched node { id ... on Fulfillment { order { id } } } } }"""
_MISSING = f"{{ kind type due lateBy amount {_MONEY} sentence }}"
WHY = f"""query ($id: ID!, $asOf: DateTime, $timezone: String, $language: String) {{
  order(id: $id, asOf: $asOf) {{ {_ORDER} status placedAt
    timeline {{ at kind title expected late }}
    diagnosis(timezone: $timezone) {{ state since headline nextExpected causes {_CAUSE} missing {_MISSING}
      outOfSequence {_MISSING} peers {{ overdue total step {_NAMED} location {_NAMED} }} owner {_TEAM}
      playbooks {_NAMED} leftOut customerMessages(language: $language, form: NORMAL) {{ text }} }} }} }}"""
OVERDUE = f"""query ($where: OrderFilter, $by: [Dimension!], $asOf: DateTime, $timezone: String,
    $first: Int, $after: String) {{
  overdue(where: $where, by: $by, asOf: $asOf, timezone: $timezone, first: $first, after: $after) {{
    asOf inFlight groups {{ key overdue total value {_MONEY} }} excess {{ order beyond }}
    inCommon {{ dimension value overdueWith totalWith lift }} suspects {_CAUSE}
    orders {{ edges {{ cursor node {{ {_ORDER}
      fulfillments {{ overdue step {{ id }} location {{ id }} }} }} }} {_PAGE} }} }} }}"""
_FINDINGS = "where: $where, types: $types, effects: $effects, asOf: $asOf"
RECORDS = f"""query ($where: OrderFilter, $types: [String!], $effects: [RecordEffect!], $asOf: DateTime,
    $timezone: String, $first: Int, $after: String) {{ serverTime
  totals: recordTotals({_FINDINGS}) {{ kind type effect count amount {_MONEY} longest }}
  matching: orders(where: $where, asOf: $asOf, first: 1) {{ totalCount }}
  records({_FINDINGS}, timezone: $timezone, first: $first, after: $after) {{
    edges {{ cursor node {{ order {{ id }} fulfillment kind type effect due lateBy amount {_MONEY}
      expectedAmount {_MONEY} likelyCause {_CAUSE} }} }} {_PAGE} }} }}"""

FAILURES = f"""query ($active: Boolean, $first: Int, $after: String) {{ serverTime
  failures(active: $active, first: $first, after: $after) {{
    edges {{ cursor node {_FAILURE} }} {_PAGE} }} }}"""
_INCIDENT = (
    f"id headline impact startedAt active quiet state reason assignee owner {_TEAM} estimates {_FEW_TOTALS}"
)
INCIDENTS = f"""query ($active: Boolean, $asOf: DateTime, $first: Int, $after: String) {{ serverTime
  incidents(active: $active, asOf: $asOf, first: $first, after: $after) {{
    edges {{ cursor node {{ {_INCIDENT} rank }} }} {_PAGE} }} }}"""
INCIDENT = f"""query ($id: ID!, $asOf: DateTime) {{ incident(id: $id, asOf: $asOf) {{ {_INCIDENT}
  failures {_FAILURE} likelyCause {{ element {_NAMED} class score startedAt evidence }}
  checklist {{ number text state owner {_NAMED} approval {_NAMED} }} notes {{ at by text }} }} }}"""

FIND = """query ($text: String!, $first: Int) { searchHits(text: $text, first: $first) { matched
  node { __typename id ... on Failure { summary } ... on Element { name } } } }"""
_NEIGHBOURS = f"{{ edges {{ cursor node {{ id name kind }} }} {_PAGE} }}"
ELEMENT = f"""query ($id: ID!, $first: Int) {{ element(id: $id) {{ id kind name owner {_TEAM} attributes
  impairments {{ effect from until likelihood path {{ sentence }} }}
  dependents(first: $first) {_NEIGHBOURS} dependencies(first: $first) {_NEIGHBOURS} }} }}"""
DEPENDENTS = f"""query ($id: ID!, $depth: Int, $first: Int, $after: String) {{ element(id: $id) {{
  list: dependents(depth: $depth, first: $first, after: $after) {_NEIGHBOURS} }} }}"""
DEPENDENCIES = DEPENDENTS.replace("dependents", "dependencies")
NEAR = "query ($text: String!) { searchHits(text: $text, first: 5) { node { id } } }"
PATHS = """query ($from: ID!, $to: ID!, $first: Int) {
  paths(from: $from, to: $to, first: $first) { sentence } }"""
DOCUMENTS = (
    SERVER_TIME,
    BLAST_RADIUS,
    AFFECTED_ORDERS,
    *AFFECTED_RECORDS.values(),
    EXPLAIN,
    FIND_ORDER,
    WHY,
    OVERDUE,
    RECORDS,
    FAILURES,
    INCIDENTS,
    INCIDENT,
    FIND,
    ELEMENT,
    DEPENDENTS,
    DEPENDENCIES,
    NEAR,
    PATHS,
)
"""All of them."""
