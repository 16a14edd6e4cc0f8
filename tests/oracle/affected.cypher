// The orders that a standing outage hits, from the graph alone: topology, where orders are, and the impairments beside the failures.
// "Standing": it began by now, and lasts beyond the end of every route, so that when somebody arrives does not matter, only where they can still come.

MATCH (o:Order)<-[:PART_OF]-(p:Fulfillment {status: 'IN_FLIGHT'})-[:AT]->(here:Step)
OPTIONAL MATCH (p)-[:LOCATED_AT]->(l:Location)

// The steps before them, by ways that this order takes: the one whose condition it meets, else those without a condition.
CALL (o, here) {
  MATCH (here) ((a:Step)<-[w:FOLLOWS {retired: false}]-(b:Step)
    WHERE o.channel IN w.channels
       OR w.channels IS NULL AND NOT EXISTS { MATCH (a)<-[other:FOLLOWS {retired: false}]-() WHERE o.channel IN other.channels }
  )* (x:Step)
  UNWIND (CASE WHEN size(w) = 0 THEN [null] ELSE w END) AS way
  RETURN collect(DISTINCT x) AS steps, collect(DISTINCT way.via) AS handOvers
}

// What stands in the way there: of a step itself, of what hands orders over, of what carries the records of a step.
CALL (p, here, steps, handOvers) {
  UNWIND steps AS e
  MATCH (e)<-[i:IMPAIRS]-(:Failure {active: true})
  WHERE e <> here AND (i.atStart OR i.atCompletion) OR e = here AND (i.atCompletion OR i.from <= p.enteredAt < i.until)
  RETURN i
  UNION
  UNWIND handOvers AS via
  MATCH (:Element {id: via})<-[i:IMPAIRS]-(:Failure {active: true})
  RETURN i
  UNION
  UNWIND steps AS s
  MATCH (s)-[:EMITS_VIA {retired: false}]->(:Integration)<-[i:IMPAIRS]-(:Failure {active: true})
  RETURN i
}
WITH o, p, l, i
WHERE (i.effect IN ['BLOCKED', 'REJECTED', 'STALE'] OR i.delay.milliseconds > $tolerance)
  AND (i.locations IS NULL OR l.key IN i.locations)
  AND (i.channels IS NULL OR o.channel IN i.channels)
  AND (i.workflows IS NULL OR p.workflow IN i.workflows)
RETURN DISTINCT o.id AS order
