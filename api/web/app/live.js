// Subscriptions over one WebSocket (graphql-transport-ws). After a lost connection every subscription is sent
// again: the
// server begins with the present state, so nothing is missed. Without a WebSocket, the queries are polled.
import { gql, errorOf } from "./gql.js";
import { credentials } from "./login.js";
import { makeStore } from "./store.js";

const PATIENCE =
  { first: 250, longest: 5_000, acknowledge: 5_000, ping: 10_000, pong: 5_000, poll: 3_000, linger: 2_000 };
const TRIES_BEFORE_POLLING = 2;

// `since` is in milliseconds since the page was opened: a computer that sets its clock does not change it.
// idle: no subscriptions. connecting, live, reconnecting. polling: no WebSocket, but HTTP works.
export const connection = makeStore({ state: "idle", since: performance.now() });
const subscriptions = new Map();
let socket = null;
let acknowledged = false;
let everLive = false;
let tries = 0;
let lastId = 0;
let retryTimer = null;
let pingTimer = null;
let pongTimer = null;
let ackTimer = null;
let pollTimer = null;
let lingerTimer = null;

function setState(state) {
  if (connection.get().state !== state) connection.set({ state, since: performance.now() });
}

// Calls onData(data) with the present state and again on each change; returns a function that ends it. The
// fields of the subscription must also be fields of Query, so that it can be polled; else `polled` is the
// query that is sent then.
export function subscribe(query, variables, onData, onError = () => {}, polled = null) {
  const id = String(++lastId);
  const subscription =
    { id, query, variables, onData, onError, polled, asked: false, answered: false, last: null };
  subscriptions.set(id, subscription);
  clearTimeout(lingerTimer);
  if (acknowledged) begin(subscription);
  else if (!socket && !retryTimer) connect();
  if (connection.get().state === "polling") pollOne(subscription);
  return () => {
    subscriptions.delete(id);
    if (acknowledged && subscription.asked) send({ id, type: "complete" });
    if (!subscriptions.size) lingerTimer = setTimeout(disconnect, PATIENCE.linger);
  };
}

function connect() {
  clearTimeout(retryTimer);
  retryTimer = null;
  if (!everLive && connection.get().state === "idle") setState("connecting");
  const mine = new WebSocket(
    `${location.protocol.replace("http", "ws")}//${location.host}/graphql`,
    "graphql-transport-ws"
  );
  socket = mine;
  ackTimer = setTimeout(() => mine.close(), PATIENCE.acknowledge);
  // browsers cannot send headers with it
  mine.onopen = () => send({ type: "connection_init", payload: credentials() });
  mine.onmessage = (event) => { if (socket === mine) receive(JSON.parse(event.data)); };
  mine.onclose = () => { if (socket === mine) onLost(); };
}

const send =
  (message) => { if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); };

function begin(subscription) {
  subscription.asked = true;
  send({
    id: subscription.id,
    type: "subscribe",
    payload: { query: subscription.query, variables: subscription.variables }
  });
}

function receive({ type, id, payload }) {
  const subscription = subscriptions.get(id);
  if (type === "connection_ack") onAcknowledged();
  else if (type === "ping") send({ type: "pong" });
  else if (type === "pong") clearTimeout(pongTimer);
  else if (type === "next" && subscription) deliver(subscription, payload);
  else if (type === "error" && subscription) subscription.onError(errorOf(payload));
  else if (
    type === "complete"
      && subscription
  ) setTimeout(
    () => { if (subscriptions.has(id) && acknowledged) begin(subscription); },
    PATIENCE.first * 4
  );
}

function deliver(subscription, { data, errors }) {
  if (errors?.length) return subscription.onError(errorOf(errors));
  subscription.answered = true;
  subscription.onData(data);
}

function onAcknowledged() {
  clearTimeout(ackTimer);
  clearTimeout(pollTimer);
  acknowledged = everLive = true;
  tries = 0;
  setState("live");
  for (const subscription of subscriptions.values()) begin(subscription);
  pingTimer = setInterval(() => {
    send({ type: "ping" });
    clearTimeout(pongTimer);
    pongTimer = setTimeout(() => socket?.close(), PATIENCE.pong); // a half-open connection reports nothing
  }, PATIENCE.ping);
}

function onLost() {
  for (const timer of [ackTimer, pongTimer]) clearTimeout(timer);
  clearInterval(pingTimer);
  socket = null;
  acknowledged = false;
  if (!subscriptions.size) return setState("idle");
  tries += 1;
  if (everLive) setState("reconnecting");
  if (tries === TRIES_BEFORE_POLLING) poll();
  const wait = Math.min(PATIENCE.first * 2 ** (tries - 1), PATIENCE.longest);
  // spread, so that not all pages reconnect at once
  retryTimer = setTimeout(connect, wait * (0.75 + Math.random() / 2));
}

async function poll() {
  clearTimeout(pollTimer);
  if (acknowledged || !subscriptions.size) return;
  const results = await Promise.all([...subscriptions.values()].map(pollOne));
  if (acknowledged) return;
  setState(results.some(Boolean) ? "polling" : "reconnecting");
  pollTimer = setTimeout(poll, PATIENCE.poll);
}

async function pollOne(subscription) {
  try {
    const query = subscription.polled ?? subscription.query.replace(/^\s*subscription\b/, "query");
    const data = await gql(query, subscription.variables);
    const text = JSON.stringify(data);
    if (
      subscriptions.has(subscription.id)
        && !acknowledged
        && text !== subscription.last
    ) subscription.onData(data);
    subscription.last = text;
    subscription.answered = true;
    return true;
  } catch (error) {
    if (error.code === "NO_CONNECTION") {
      if (!subscription.answered) subscription.onError(error); // else the last known state stays
      return false;
    }
    subscription.onError(error);
    return true;
  }
}

function disconnect() {
  clearTimeout(pollTimer);
  clearTimeout(retryTimer);
  retryTimer = null;
  socket?.close();
}

// Reconnects at once when the page becomes visible again.
function reconnectNow() {
  if (retryTimer && document.visibilityState === "visible") connect();
}
addEventListener("online", reconnectNow);
document.addEventListener("visibilitychange", reconnectNow);
