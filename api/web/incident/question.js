// The questions of the page of one incident. Its key is that of one of its failures, which leads to it at any
// moment: also to the one that it became part of.
import { AMOUNTS, ESTIMATE } from "/web/app/estimates.js";
import { STEP } from "/web/app/parts/steps.js";
import { BODY } from "../radius/question.js";

const TEAM = "{ id name contact escalatesTo }";
const INCIDENT = `{
  id headline impact startedAt active quiet unknown state acknowledged flapping reason assignee version rank
  owner ${TEAM}
  maintenance { key startsAt endsAt note by }
  residual { healed healing needAction records drainedBy empty }
  estimates {
    promisesMissed ${ESTIMATE} stuck ${ESTIMATE} orders ${ESTIMATE} postings ${ESTIMATE}
    notifications ${ESTIMATE} value ${AMOUNTS} refundsAtRisk ${AMOUNTS}
  }
  likelyCause {
    class score startedAt evidence explainsIds element { id name } silent { id name }
    path { sentence } changes { key kind startedAt endedAt summary version evidence by elements { id name } }
  }
  alerts(first: 500) { totalCount edges { node { id sender source key state text reason startedAt endedAt
    element { id name } } } }
  actions { kind at by note assignee incidents failures playbook step }
  blastRadius ${BODY}
}`;

const heads = (asOf) => [
  `($failures: [ID!]${asOf ? ", $asOf: DateTime" : ""})`,
  `(failures: $failures${asOf ? ", asOf: $asOf" : ""})`
];

/** @param how "query" or "subscription"; @param asOf null: now */
export function incidentQuery(how, asOf) {
  const [declared, given] = heads(asOf);
  return `${how} OneIncident${declared} { blastRadius${given} { failures { incident ${INCIDENT} } } }`;
}

export function checklistQuery(asOf) {
  const [declared, given] = heads(asOf);
  return `query Checklist${declared} { blastRadius${given} { asOf failures { incident {
    checklist ${STEP} } } } }`;
}

export function listsQuery(asOf) {
  const [declared, given] = heads(asOf);
  return `query Lists${declared} { blastRadius${given} { failures { incident {
    replay(first: 1) { totalCount whyEmpty value { amount currency }
      groups { queue left done system { id name } } }
    communications(first: 1) { totalCount whyEmpty value { amount currency }
      groups { action language channel count } }
    reprioritise(first: 1) { totalCount whyEmpty value { amount currency }
      groups { count leastSlack step { name } location { name } } }
  } } } }`;
}

export const REPORT = `query Report($failures: [ID!], $at: DateTime) { blastRadius(failures: $failures) {
  failures { incident { report(at: $at) } } } }`;

/** The incident of an answer; null where its failures ended long ago. */
export const incidentOf = ({ blastRadius }) => blastRadius.failures[0]?.incident ?? null;
