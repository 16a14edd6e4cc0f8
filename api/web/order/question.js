// The query of one order: its diagnosis, timeline and fulfillments.
const MONEY = "{ amount currency }";
const ELEMENT = "{ id kind name }";
const PATH = "{ sentence hops { from to rule effect at detail } }";
const FACTOR = "{ dimension value overdueWith totalWith overdueWithout totalWithout lift pValue }";
const MISSING = `{ kind type due lateBy arrivedAt follows sentence amount ${MONEY} }`;

const FIELDS = `{
  id channel mode region customerTier status placedAt promisedBy attributes value ${MONEY}
  fulfillments { id status enteredAt expectedNext overdue value ${MONEY} workflow { id name } step { id
  name } location { id name } }
  seenIn { system since lastAt state confirmed }
  timeline { at kind title detail expected late element ${ELEMENT} failure { id summary } }
  diagnosis(timezone: $timezone) {
    state since headline customerMessage nextExpected leftOut
    customerMessages { language form timezone text }
    owner { id name contact }
    playbooks { id name steps { text ownerName approvalName } }
    causes { kind likelihood evidence failure { id summary active expectedEnd } element ${ELEMENT} path
  ${PATH} }
    missing ${MISSING} outOfSequence ${MISSING}
    peers { step ${ELEMENT} location { id name } overdue total sample { id } inCommon ${FACTOR} }
  }
}`;

export const SUBSCRIPTION = `subscription Order($id: ID!, $timezone: String) { order(id: $id) ${FIELDS} }`;
export const AS_OF = `query Order($id: ID!, $asOf: DateTime, $timezone: String) {
  order(id: $id, asOf: $asOf) ${FIELDS}
}`;
