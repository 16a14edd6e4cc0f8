// Subscriptions over one web socket (graphql-transport-ws). A lost connection is made again and every subscription with it: the server begins each
// with the present state, so nothing is missed. Where no web socket gets through, the same questions are asked every few seconds.
import { gql, troubleOf } from "./gql.js";
import { makeStore } from "./store.js";

const PATIENCE = { first: 250, longest: 5_000, acknowledge: 5_000, ping: 10_000, pong: 5_000, poll: 3_000, linger: 2_000 };
const TRIES_BEFORE_POLLING = 2;

// idle: nothing is followed. connecting, live, reconnecting. polling: no web socket, asked again and again. offline: not even that.
export const connection = makeStore({ state: "idle", since: Date.now() });
const subscriptions = new Map();
let socket = null, acknowledged = false, everLive = false, tries = 0, lastId = 0;
let retryTimer = null, pingTimer = null, pongTimer = null, ackTimer = null, pollTimer = null, lingerTimer = null;

function say(state) {
  if (connection.get().state !== state) connection.set({ state, since: Date.now() });
}

// Calls onData(data) with the present state and again on each change. Returns what ends it. `query` is a subscription whose
// fields the Query has too: it is turned into one where it must be polled.
export function subscribe(query, variables, onData, onError = () => {}) {
  const id = String(++lastId);
  const subscription = { id, query, variables, onData, onError, asked: false, last: null };
  subscriptions.set(id, subscription);
  clearTimeout(lingerTimer);
  if (acknowledged) begin(subscription);
  else if (!socket && !retryTimer) connect();
  if (connection.get().state === "polling") pollOne(subscription);
  return () => {
    subscriptions.delete(id);
    if (acknowledged && subscription.asked) send({ id, type: "complete" });
    if (!subscriptions.size) lingerTimer = setTimeout(rest, PATIENCE.linger);
  };
}

function connect() {
  clearTimeout(retryTimer);
  retryTimer = null;
  if (!everLive && connection.get().state === "idle") say("connecting");
  const mine = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/graphql`, "graphql-transport-ws");
  socket = mine;
  ackTimer = setTimeout(() => mine.close(), PATIENCE.acknowledge);
  mine.onopen = () => send({ type: "connection_init" });
  mine.onmessage = (event) => { if (socket === mine) take(JSON.parse(event.data)); };
  mine.onclose = () => { if (socket === mine) lost(); };
}

const send = (message) => { if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); };

function begin(subscription) {
  subscription.asked = true;
  send({ id: subscription.id, type: "subscribe", payload: { query: subscription.query, variables: subscription.variables } });
}

function take({ type, id, payload }) {
  const subscription = subscriptions.get(id);
  if (type === "connection_ack") agreed();
  else if (type === "ping") send({ type: "pong" });
  else if (type === "pong") clearTimeout(pongTimer);
  else if (type === "next" && subscription) deliver(subscription, payload);
  else if (type === "error" && subscription) subscription.onError(troubleOf(payload));
  else if (type === "complete" && subscription) setTimeout(() => { if (subscriptions.has(id) && acknowledged) begin(subscription); }, PATIENCE.first * 4);
}

function deliver(subscription, { data, errors }) {
  if (errors?.length) return subscription.onError(troubleOf(errors));
  subscription.onData(data);
}

function agreed() {
  clearTimeout(ackTimer);
  clearTimeout(pollTimer);
  acknowledged = everLive = true;
  tries = 0;
  say("live");
  for (const subscription of subscriptions.values()) begin(subscription);
  pingTimer = setInterval(() => {
    send({ type: "ping" });
    clearTimeout(pongTimer);
    pongTimer = setTimeout(() => socket?.close(), PATIENCE.pong); // half open: nothing comes, and nobody says so
  }, PATIENCE.ping);
}

function lost() {
  for (const timer of [ackTimer, pongTimer]) clearTimeout(timer);
  clearInterval(pingTimer);
  socket = null;
  acknowledged = false;
  if (!subscriptions.size) return say("idle");
  tries += 1;
  if (everLive) say("reconnecting");
  if (tries === TRIES_BEFORE_POLLING) poll();
  const wait = Math.min(PATIENCE.first * 2 ** (tries - 1), PATIENCE.longest);
  retryTimer = setTimeout(connect, wait * (0.75 + Math.random() / 2)); // spread, so that not all pages come back at the same instant
}

async function poll() {
  clearTimeout(pollTimer);
  if (acknowledged || !subscriptions.size) return;
  const answered = await Promise.all([...subscriptions.values()].map(pollOne));
  if (acknowledged) return;
  say(answered.some(Boolean) ? "polling" : "reconnecting");
  pollTimer = setTimeout(poll, PATIENCE.poll);
}

async function pollOne(subscription) {
  try {
    const data = await gql(subscription.query.replace(/^\s*subscription\b/, "query"), subscription.variables);
    const text = JSON.stringify(data);
    if (subscriptions.has(subscription.id) && !acknowledged && text !== subscription.last) subscription.onData(data);
    subscription.last = text;
    return true;
  } catch (error) {
    if (error.code === "NO_CONNECTION") return false;
    subscription.onError(error);
    return true;
  }
}

function rest() {
  clearTimeout(pollTimer);
  clearTimeout(retryTimer);
  retryTimer = null;
  socket?.close();
}

// Somebody who comes back to the page should not wait for the next try.
function hurry() {
  if (retryTimer && document.visibilityState === "visible") connect();
}
addEventListener("online", hurry);
document.addEventListener("visibilitychange", hurry);
