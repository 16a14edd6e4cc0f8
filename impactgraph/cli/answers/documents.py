"""GraphQL documents of the commands: they select what the encoder of a local answer gives, in its order."""

from collections.abc import Collection, Mapping

from impactgraph.cli.blast_layout import PREVIEW_PARTS

TEAM = "id key name contact escalation escalatesTo"
ELEMENT = f"id kind key name owner {{ {TEAM} }}"
DUE_NOTICE = "key incident rule channel kind level cause text link"
NOTICE = f"{DUE_NOTICE} state reason createdAt at attempts retryAt"
EFFECT = "effect { kind target within from records }"
PLAYBOOK = (
    f"id key name steps {{ text owner approval {EFFECT} automation ownerName approvalName }} message messages"
)
MONEY = "amount currency"
HOP = "from to rule effect at detail"
PATH = f"hops {{ {HOP} }} sentence"
PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount"
FAILURE = (
    f"id target {{ {ELEMENT} }} class startedAt expectedEnd endedAt active delay errorRate drain scope "
    "severity "
    "summary evidence source"
)
FULFILLMENT = (
    f"id workflow {{ {ELEMENT} }} step {{ {ELEMENT} }} location {{ {ELEMENT} }} enteredAt overdue "
    "expectedNext "
    f"status value {{ {MONEY} }}"
)
ORDER = (
    f"id channel mode region customerTier value {{ {MONEY} }} placedAt promisedBy status attributes "
    f"fulfillments {{ {FULFILLMENT} }}"
)
PLAIN_ORDER = ORDER.replace(" overdue expectedNext", "")
"""Without what is expected, which costs a forecast."""
_CAUSE_REST = f"alsoReportedAs element {{ {ELEMENT} }} path {{ {PATH} }} evidence"
CAUSE = f"kind likelihood failure {{ {FAILURE} }} {_CAUSE_REST}"
PLAIN_CAUSE = f"kind likelihood failure {{ id }} {_CAUSE_REST}"
MISSING = f"kind type due lateBy amount {{ {MONEY} }} arrivedAt follows sentence"
FACTOR = "dimension value overdueWith totalWith overdueWithout totalWithout lift pValue"
DIAGNOSIS = (
    f"state since headline causes {{ {CAUSE} }} missing {{ {MISSING} }} outOfSequence {{ {MISSING} }} "
    f"peers {{ "
    f"step {{ {ELEMENT} }} location {{ {ELEMENT} }} overdue total sample {{ id }} inCommon {{ {FACTOR} }} }} "
    f"nextExpected owner {{ {TEAM} }} playbooks {{ {PLAYBOOK} }} customerMessage leftOut"
)
TIMELINE = f"at kind title detail expected late fulfillment element {{ {ELEMENT} }} failure {{ {FAILURE} }}"
_COUNTED = ("orders", "stuck", "exposed", "upcoming", "recordsOnly", "promisesMissed")
_EMITTED = ("postings", "notifications", "tasks", "supplierOrders")
_MONEY_ESTIMATE = "{ currency expected low high converted ratesAsOf }"
ESTIMATES = " ".join(
    (
        *(f"{name} {{ expected low high possible }}" for name in (*_COUNTED, *_EMITTED)),
        f"value {_MONEY_ESTIMATE} refundsAtRisk {_MONEY_ESTIMATE}",
    )
)
RECORD_TOTALS = f"type effect count expected amount {{ {MONEY} }}"
TOTALS = (
    f"orders expectedOrders fulfillments stuck exposed upcoming recordsOnly value {{ {MONEY} }} "
    "willMissPromise "
    f"refundsAtRisk {{ {MONEY} }} postings {{ {RECORD_TOTALS} }} notifications {{ {RECORD_TOTALS} }} tasks "
    f"supplierOrders estimates {{ {ESTIMATES} }}"
)
SUMMARY = (
    f"failure {{ {FAILURE} }} orders stuck value {{ {MONEY} }} willMissPromise estimates {{ {ESTIMATES} }} "
    f"nextPromise oldestOrder {{ {ORDER} }} owner {{ {TEAM} }} shared"
)
CONTRIBUTION = f"failure {{ {FAILURE} }} alsoReportedAs alone {{ {ESTIMATES} }} adds {{ {ESTIMATES} }}"
TO_COME = (
    "until placed { expected low high possible } affected { expected low high possible } "
    f"promisesMissed {{ expected low high possible }} value {_MONEY_ESTIMATE} assumptions"
)
DELAY_POINT = f"endsIn endsAt estimates {{ {ESTIMATES} }} reason toCome {{ {TO_COME} }}"
IMPAIRMENT = f"element {{ {ELEMENT} }} effect from until delay likelihood scope path {{ {PATH} }}"
AFFECTED_ORDER = (
    f"order {{ {ORDER} }} band effect firstHit {{ {ELEMENT} }} hitAt likelihood expectedDelay "
    "expectedCompletion "
    f"missesPromise missLikelihood lateAnyway path {{ {PATH} }}"
)
AFFECTED_RECORD = f"order {{ id }} fulfillment type effect likelihood due expectedAt path {{ {PATH} }}"
ABSORPTION = f"element {{ {ELEMENT} }} rule detail"


def _page(node: str) -> str:
    return f"{{ edges {{ cursor node {{ {node} }} }} {PAGE} }}"


_LISTS = {
    "orders": AFFECTED_ORDER,
    "postings": f"amount {{ {MONEY} }} {AFFECTED_RECORD}",
    "notifications": AFFECTED_RECORD,
    "tasks": f"location {{ {ELEMENT} }} {AFFECTED_RECORD}",
}
"""Node of each list that is read in pages, by field of BlastRadius."""
BLAST_FIELDS: Mapping[str, str] = {
    "asOf": "asOf",
    "watermark": "watermark",
    "topology": "topology",
    "impactSummary": f"impactSummary {{ {SUMMARY} }}",
    "atStake": f"atStake {{ {SUMMARY} }}",
    "failures": f"failures {{ {FAILURE} }}",
    "headline": "headline",
    "assumptions": "assumptions",
    "totals": f"totals {{ {TOTALS} }}",
    "recordCauses": f"recordCauses {{ kind type effect element {{ {ELEMENT} }} failures count expected }}",
    "toCome": f"toCome {{ {TO_COME} }}",
    "breakdown": f"breakdown(by: $by) {{ key orders stuck value {{ {MONEY} }} willMissPromise "
    f"estimates {{ {ESTIMATES} }} }}",
    "forecast": "forecast(bucket: $bucket) { at ordersHit promisesMissed postingsLate notificationsLate "
    f"estimates {{ {ESTIMATES} }} }}",
    "contributions": f"contributions {{ {CONTRIBUTION} }}",
    "costOfDelay": f"costOfDelay(ends: $ends) {{ {DELAY_POINT} }}",
    "delaySentence": "delaySentence(ends: $ends)",
    "elements": f"elements {_page(IMPAIRMENT)}",
    **{name: f"{name}(first: $first) {_page(node)}" for name, node in _LISTS.items()},
    "owners": f"owners {{ team {{ {TEAM} }} elements {{ {ELEMENT} }} orders value {{ {MONEY} }} "
    f"playbooks {{ {PLAYBOOK} }} }}",
    "playbooks": f"playbooks {{ {PLAYBOOK} }}",
    "absorbed": f"absorbed {{ {ABSORPTION} }}",
    "residual": "residual { healed healing needAction drainedBy }",
    "complete": "complete",
    "leftOut": "leftOut",
    "unanswered": f"unanswered {{ element reason orders value {{ {MONEY} }} oldestOrder {{ {ORDER} }} }}",
    "awaitingReplay": f"awaitingReplay {{ failure {{ {FAILURE} }} orders records value {{ {MONEY} }} "
    f"oldestOrder {{ {ORDER} }} }}",
    "frontier": "frontier",
}
"""Selection of each field of BlastRadius, with its variables."""
_FIELD_VARIABLES = {
    "by": "[Dimension!]!",
    "bucket": "Duration!",
    "ends": "[Duration!]",
    "first": "Int",
    "order": "ID!",
    "after": "String",
}
QUESTION = {
    "failures": "[ID!]",
    "suppose": "[FailureInput!]",
    "asOf": "DateTime",
    "horizon": "Duration",
    "assumeRecovery": "Duration",
    "tolerance": "Duration",
    "minLikelihood": "Float",
    "timezone": "String",
    "where": "OrderFilter",
}


def blast_document(selections: Collection[str]) -> str:
    """A query of `blastRadius` with the variables of a question and those that the selections need."""
    selection = " ".join(selections)
    parameters = {
        name: kind
        for name, kind in _FIELD_VARIABLES.items()
        if f"${name})" in selection or f"${name}," in selection
    }
    declarations = ", ".join(f"${name}: {kind}" for name, kind in (QUESTION | parameters).items())
    arguments = ", ".join(f"{name}: ${name}" for name in QUESTION)
    return f"query ({declarations}) {{ blastRadius({arguments}) {{ {selection} }} }}"


def next_page(name: str) -> str:
    """Selection of a later page of a list of BlastRadius."""
    return f"{name}(first: $first, after: $after) {_page(_LISTS[name])}"


EXPLANATION = (
    f"explain(order: $order) {{ affected sentence paths {{ {PATH} }} stoppedBy {{ {ABSORPTION} }} }}"
)
ABOUT = "{ about { store serverTime eventsAhead { count nextAt lastAt } } }"
FIND_ORDER = """query ($text: String!) {
  findOrder(text: $text) { matched node { id ... on Fulfillment { order { id } } } } }"""
MESSAGE = "language form timezone text"
PRESENCE = "system since lastAt state confirmed"
WHY = f"""query (
  $id: ID!, $asOf: DateTime, $timezone: String, $language: String, $form: MessageForm
) {{ serverTime order(id: $id, asOf: $asOf) {{ {ORDER} timeline {{ {TIMELINE} }}
  seenIn {{ {PRESENCE} }}
  diagnosis(timezone: $timezone) {{ {DIAGNOSIS} customerMessages {{ {MESSAGE} }} customerFacts
    chosen: customerMessages(language: $language, form: $form) {{ {MESSAGE} }} }} }} }}"""
OVERDUE_CAUSE = f"kind likelihood element {{ {ELEMENT} }} evidence path {{ {PATH} }} failureInput"
OVERDUE = f"""query (
  $where: OrderFilter, $by: [Dimension!], $asOf: DateTime, $timezone: String, $first: Int, $after: String
) {{ overdue(where: $where, by: $by, asOf: $asOf, timezone: $timezone, first: $first, after: $after) {{
    asOf totalCount inFlight
    groups {{ key overdue total value {{ {MONEY} }} }} orders {_page(ORDER)} excess {{ order beyond }}
    inCommon {{ {FACTOR} }} suspects {{ {OVERDUE_CAUSE} }} }} }}"""
OVERDUE_PAGE = f"""query ($where: OrderFilter, $asOf: DateTime, $first: Int, $after: String) {{
  overdue(where: $where, asOf: $asOf, first: $first, after: $after) {{
    orders {_page(ORDER)} excess {{ order beyond }} }} }}"""
_DRIFT = "before after pValue orders"
DRIFT = f"""query ($asOf: DateTime, $first: Int) {{ serverTime drift(asOf: $asOf, first: $first) {
    _page(f"kind dimension value name since {_DRIFT} orderValue {{ {MONEY} }} worth {{ {MONEY} }} sentence")
} }}"""
DRIFT_GROUPS = f"""query ($asOf: DateTime, $first: Int) {{ serverTime
  drift: driftGroups(asOf: $asOf, first: $first) {
    _page(f"kind dimension places size since {_DRIFT} orderValue {{ {MONEY} }}")
} }}"""
_LISTING = (
    f"kind system listedId at amount {{ {MONEY} }} state expectedState step record recordedAt changedAt "
    "sentence"
)
_RECORD = (
    f"order {{ id }} fulfillment kind type effect due lateBy amount {{ {MONEY} }} expectedAmount {{ "
    f"{MONEY} }} "
    f"likelyCause {{ {PLAIN_CAUSE} }} arrivedAt follows listing {{ {_LISTING} }}"
)
_RATE = (
    f"kind type from to count baseline usual low high hours season amount {{ {MONEY} }} "
    f"likelyCause {{ {PLAIN_CAUSE} }}"
)
_RECORDS_VARIABLES = "$where: OrderFilter, $types: [String!], $effects: [RecordEffect!], $asOf: DateTime"
_RECORDS_ARGUMENTS = "where: $where, types: $types, effects: $effects, asOf: $asOf"
RECORDS = f"""query ({_RECORDS_VARIABLES}, $timezone: String, $first: Int, $after: String) {{ serverTime
  totals: recordTotals({_RECORDS_ARGUMENTS}) {{ kind type effect count amount {{ {MONEY} }} longest }}
  records({_RECORDS_ARGUMENTS}, timezone: $timezone, first: $first, after: $after) {_page(_RECORD)}
  recordRates(asOf: $asOf) {{ {_RATE} }} matching: orders(where: $where, first: 1) {{ totalCount }} }}"""
RECORDS_PAGE = f"""query ({_RECORDS_VARIABLES}, $timezone: String, $first: Int, $after: String) {{
  records({_RECORDS_ARGUMENTS}, timezone: $timezone, first: $first, after: $after) {_page(_RECORD)} }}"""
_RECORD_LINE = f"order {{ id }} fulfillment kind type state step due recordedAt amount {{ {MONEY} }}"
RECORD_LIST = f"""query ($where: OrderFilter, $types: [String!], $states: [RecordState!], $asOf: DateTime,
    $first: Int, $after: String) {{ serverTime
  recordList(where: $where, types: $types, states: $states, asOf: $asOf, first: $first, after: $after) {{
    totals {{ kind type state count }} lines {_page(_RECORD_LINE)} }} }}"""
_RECONCILE_TOTAL = f"kind count amount {{ {MONEY} }} listedAmount {{ {MONEY} }} explained"
_RECONCILE_FINDING = (
    f"listing {{ {_LISTING} }} order {{ id }} fulfillment due lateBy amount {{ {MONEY} }} "
    f"likelyCause {{ {PLAIN_CAUSE} }}"
)
RECONCILE = f"""query ($system: ID!, $list: ID, $kinds: [ListingKind!], $asOf: DateTime, $first: Int,
    $after: String) {{
  answer: reconciliation(
    system: $system, list: $list, kinds: $kinds, asOf: $asOf, first: $first, after: $after
  ) {{ system systemName key at asOf complete placedFrom missingParts
    rows {{ total matched differing unknown repeated refused }} notDue notDueAmount {{ {MONEY} }}
    totals {{ {_RECONCILE_TOTAL} }} unreadStates {{ word count }} refused {{ place reason }}
    findings {_page(_RECONCILE_FINDING)} }} }}"""
ELEMENTS = f"""query ($kinds: [ElementKind!], $first: Int, $after: String) {{
  elements(kinds: $kinds, first: $first, after: $after) {_page("id name")} }}"""
_ORDERS = """query ($where: OrderFilter, $sort: OrderSort, $missing: [String!], $asOf: DateTime, $first: Int,
    $after: String) { serverTime
  orders(where: $where, orderBy: $sort, missing: $missing, asOf: $asOf, first: $first, after: $after)"""
ORDERS = f"{_ORDERS} {_page(ORDER)} }}"
PLAIN_ORDERS = f"{_ORDERS} {_page(PLAIN_ORDER)} }}"
_PAYLOAD = (
    f"kind sentence key count total from to value {{ {MONEY} }} orders {{ id }} samples "
    f"suspects {{ {PLAIN_CAUSE} }}"
)
_PAYLOADS_VARIABLES = "$where: OrderFilter, $kinds: [PayloadKind!], $asOf: DateTime, $timezone: String"
PAYLOADS = f"""query ({_PAYLOADS_VARIABLES}, $first: Int, $after: String) {{
  payloadFindings(
    where: $where, kinds: $kinds, asOf: $asOf, timezone: $timezone, first: $first, after: $after
  ) {_page(_PAYLOAD)} }}"""
ALERT = f"id sender source key state reason element {{ {ELEMENT} }} class startedAt endedAt scope text"
CHANGE = f"key kind startedAt endedAt elements {{ {ELEMENT} }} scope summary version evidence by"
ROOT_CAUSE = (
    f"element {{ {ELEMENT} }} class score startedAt explainsIds silent {{ {ELEMENT} }} evidence "
    f"path {{ {PATH} }} changes {{ {CHANGE} }}"
)
UNRANKED_INCIDENT = (
    "id headline impact startedAt active quiet state reason acknowledged flapping assignee version "
    "notes { at by text } actions { kind at by note assignee incidents failures playbook step } "
    "maintenance { key startsAt endsAt elements scope note by } "
    "residual { healed healing needAction records drainedBy empty } "
    f"unknown failures {{ {FAILURE} }} alerts(first: 500) {_page(ALERT)} "
    f"likelyCause {{ {ROOT_CAUSE} }} owner {{ {TEAM} }} estimates {{ {ESTIMATES} }}"
)
INCIDENT = f"{UNRANKED_INCIDENT} rank"
INCIDENTS = f"""query (
  $active: Boolean, $alerts: [AlertInput!], $monitors: [ID!], $asOf: DateTime, $first: Int
) {{ serverTime
  incidents(active: $active, alerts: $alerts, monitors: $monitors, asOf: $asOf, first: $first)
    {_page(INCIDENT)} }}"""
CHECKLIST = f"""query ($id: ID!, $asOf: DateTime) {{ incident(id: $id, asOf: $asOf) {{ id headline
  checklist {{ number playbook step text owner {{ {TEAM} }} approval {{ {TEAM} }} approvalName state by at
    {EFFECT} saves {{ {ESTIMATES} }} savesInAnHour {{ {ESTIMATES} }} savesReason
    savesAssumes delays {{ expected low high possible }} automation request {{ {NOTICE} }} }} }} }}"""
REPORT_OF_INCIDENT = """query ($id: ID!, $asOf: DateTime, $format: ReportFormat!) {
  incident(id: $id, asOf: $asOf) { report(format: $format) } }"""
FAILURES = f"""query ($active: Boolean, $first: Int) {{ serverTime
  failures(active: $active, first: $first) {_page(FAILURE)} }}"""
_PREVIEW = " ".join(BLAST_FIELDS[name] for name in PREVIEW_PARTS)
_PAYLOAD_OF_FAILURE = f"""failure {{ {FAILURE} }} problems {{ message file line }}
  preview {{ before {{ {_PREVIEW} }} after {{ {_PREVIEW} }} }}"""
REPORT = f"""mutation ($input: FailureInput!, $dryRun: Boolean) {{
  change: reportFailure(input: $input, dryRun: $dryRun) {{ {_PAYLOAD_OF_FAILURE} }} }}"""
UPDATE = f"""mutation ($id: ID!, $input: FailureUpdate!, $dryRun: Boolean) {{
  change: updateFailure(id: $id, input: $input, dryRun: $dryRun) {{ {_PAYLOAD_OF_FAILURE} }} }}"""
RESOLVE = f"""mutation ($id: ID!, $endedAt: DateTime, $dryRun: Boolean) {{
  change: resolveFailure(id: $id, endedAt: $endedAt, dryRun: $dryRun) {{ {_PAYLOAD_OF_FAILURE} }} }}"""
APPLY = """mutation ($files: [TopologyFile!]!, $dryRun: Boolean) {
  applyTopologyFiles(files: $files, dryRun: $dryRun) { topology { id appliedAt elements current } unchanged
    change { added removed changed { id field before after } ratesChanged ordersTouched }
    problems { message file line } warnings { message file line } } }"""
NOTICES = f"""query ($state: [NoticeState!], $first: Int) {{
  notices(state: $state, first: $first)
    {_page(NOTICE)} }}"""
NOTICES_DUE = f"""query ($rules: String!, $file: String!) {{
  noticesDue(rules: $rules, file: $file) {{ {DUE_NOTICE} }} }}"""
_SPREAD = "{ count median longest }"
_FIGURES = (
    "figures { incidents failures alerts alertsPerIncident quietShare actions "
    f"detect {_SPREAD} acknowledge {_SPREAD} mitigate {_SPREAD} heal {_SPREAD} "
    "orders promisesMissed counted }"
)
MEASURES = f"""query ($by: PeriodUnit!, $since: DateTime, $asOf: DateTime, $asked: Int!) {{
  measures(by: $by, since: $since, asOf: $asOf, asked: $asked) {{ asOf by
    periods {{ key start end {_FIGURES} }} groups {{ grouping key name {_FIGURES} }}
    service {{ period channel promises kept share }} steps {{ period step name entered failed rate }}
    postings {{ period type postings moneyDays {{ amount currency }} }}
    forecasts {{ incident headline at orders expected happened }} notes }} }}"""

DOCUMENTS = (
    blast_document(tuple(BLAST_FIELDS.values())),
    blast_document([EXPLANATION]),
    *(blast_document([next_page(name)]) for name in _LISTS),
    ABOUT,
    FIND_ORDER,
    WHY,
    OVERDUE,
    OVERDUE_PAGE,
    DRIFT,
    DRIFT_GROUPS,
    RECORDS,
    RECORDS_PAGE,
    ORDERS,
    PLAIN_ORDERS,
    RECONCILE,
    RECORD_LIST,
    ELEMENTS,
    PAYLOADS,
    INCIDENTS,
    CHECKLIST,
    REPORT_OF_INCIDENT,
    NOTICES,
    NOTICES_DUE,
    MEASURES,
    FAILURES,
    REPORT,
    UPDATE,
    RESOLVE,
    APPLY,
)
"""All of them."""
SOURCES = """query { sources {
  key kind state lag lastEventAt taken repeated quarantined passed problem positions { part position }
} }"""
