// The flow of affected orders through the steps of a workflow, and where they are held. Pure.
import { depthsOf } from "../map/flow.js";
import { nameOf } from "../map/model.js";

/**
 * @param counts of countsOf: expected orders at each step, Map of {orders, stuck} by full id
 * @returns [{id, name, total, steps: [{id, name, arriving, here, stuck, onward}]}], the workflow with the
 *  most orders first; `arriving`: in this step or behind it, `onward`: behind it
 */
export function flowsOf(model, counts) {
  const depths = depthsOf(model);
  const byWorkflow = new Map();
  for (const element of model.byId.values()) if (element.kind === "STEP") {
    byWorkflow.set(element.parent, [...(byWorkflow.get(element.parent) ?? []), element]);
  }
  const inOrder = (steps) => steps.sort((a, b) => depths.get(a.id) - depths.get(b.id));
  return [...byWorkflow]
    .map(([id, steps]) => flowOf(model, id, inOrder(steps), counts))
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total || a.name.localeCompare(b.name));
}

function flowOf(model, id, steps, counts) {
  const total = steps.reduce((sum, step) => sum + (counts.get(step.id)?.orders ?? 0), 0);
  let arriving = total;
  const rows = steps.map((step) => {
    const { orders: here = 0, stuck = 0 } = counts.get(step.id) ?? {};
    const row = { id: step.id, name: step.name, arriving, here, stuck, onward: arriving - here };
    arriving = row.onward;
    return row;
  });
  return { id, name: nameOf(model, id), total, steps: rows.filter(({ arriving: orders }) => orders > 0) };
}
