// The fragments of queries that ask for expected numbers and amounts with their ranges.
export const ESTIMATE = "{ expected low high possible }";
export const AMOUNTS = "{ currency expected low high converted ratesAsOf }";
export const TO_COME = `{
  until assumptions placed ${ESTIMATE} affected ${ESTIMATE} promisesMissed ${ESTIMATE} value ${AMOUNTS}
}`;
