// Formats numbers, money, moments and durations. Dates have the name of the month, since 11/12 is ambiguous.
import { now } from "./clock.js";
import { zone } from "./settings.js";

const LOCALE = "en-GB";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ISO_SPAN = /^(-)?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/;
const formatters = new Map();

// Caches Intl's formatters: they are expensive to make, and every row needs them.
function formatter(kind, options) {
  const key = kind.name + JSON.stringify(options);
  if (!formatters.has(key)) formatters.set(key, new kind(LOCALE, options));
  return formatters.get(key);
}

export const number = (value, digits = 0) => formatter(Intl.NumberFormat, { maximumFractionDigits: digits })
  .format(value);
export function percent(share, digits = 0) {
  if (share > 0 && share < 0.01 && !digits) return "under 1 %";
  return `${number(100 * share, digits)} %`;
}
export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

// An expected number as a whole one; "under 1" for what rounds to none.
export const expectedNumber = ({ expected }) =>
  (expected > 0 && expected < 0.5 ? "under 1" : number(expected));
// Such as "2,700 to 3,300; 4,690 possible", or "9 to 12" where no more are; empty where nothing is uncertain.
export function rangeOf({ low, high, possible }) {
  if (low === possible && high === possible) return "";
  const range = `${number(low)} to ${number(high)}`;
  return high === possible ? range : `${range}; ${number(possible)} possible`;
}
export const lowToHigh = ({ low, high }) => `${number(low)} to ${number(high)}`;
// Such as "about 2,960 orders"; "12 orders" where that is certain, or all that are possible are expected.
export function about(estimate, one) {
  const { expected, high, possible } = estimate;
  const noun = Math.round(expected) === 1 || expected < 0.5 ? one : `${one}s`;
  const isAll = Math.round(expected) === high && high === possible;
  return rangeOf(estimate) && expected >= 0.5 && !isAll
    ? `about ${expectedNumber(estimate)} ${noun}`
    : `${expectedNumber(estimate)} ${estimate.possible ? noun : `${one}s`}`;
}

// Decimals of currencies (ISO 4217) that have not two: Intl has others for some, and none for unknown codes.
const DIGITS = new Map([
  ..."BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" ").map((one) => [one, 0]),
  ..."BHD IQD JOD KWD LYD OMR TND".split(" ").map((one) => [one, 3]),
]);
// Amounts are exact decimals in strings: Intl formats them without a conversion to a float.
export function money({ amount, currency }, { whole = false } = {}) {
  const digits = whole ? 0 : DIGITS.get(currency) ?? 2;
  const figure = formatter(Intl.NumberFormat, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount);
  return figure.startsWith("-") ? `-${currency} ${figure.slice(1)}` : `${currency} ${figure}`;
}
export const moneys =
  (list, options) => (list.length ? list.map((one) => money(one, options)).join(" + ") : "nothing");

// How many of so many expected orders are stuck: "4 stuck"; "all stuck" where it is the number beside it.
export function stuckOf(orders, stuck) {
  const figure = expectedNumber({ expected: stuck });
  const isAll = stuck >= 1.5 && figure === expectedNumber({ expected: orders });
  return `${isAll ? "all" : figure} stuck`;
}

// Amounts of several currencies, first the one of all of them in the reporting currency.
export const convertedFirst =
  (list) => [...list.filter(({ converted }) => converted), ...list.filter(({ converted }) => !converted)];

// Asked once: a page shows thousands of times, and each formatter takes a tenth of a millisecond.
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
export const zoneName = () => (zone.get() === "UTC" ? "UTC" : HERE);
// A sentence of the server without the zone after its times: the frame of the page names it once.
export const withoutZone = (text) => text.replaceAll(
  new RegExp(String.raw`(\d\d:\d\d) ${zoneName().replaceAll(/[+]/g, "\\+")}(?![\w/])`, "g"),
  "$1"
);
export const zoneShort = () => inZone({ timeZoneName: "short" })
  .formatToParts(now())
  .find((part) => part.type === "timeZoneName").value;
const inZone = (options) =>
  formatter(Intl.DateTimeFormat, { ...options, timeZone: zoneName(), hourCycle: "h23" });
const dayOf = (at) => inZone({ year: "numeric", month: "2-digit", day: "2-digit" }).format(at);

export const clock = (at) => inZone({ hour: "2-digit", minute: "2-digit" }).format(new Date(at));
export const fullMoment = (at) => inZone({
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
}).format(new Date(at));

// The day and the time, for texts that are read elsewhere and later.
export const stamp = (at) => inZone({ day: "numeric", month: "short", year: "numeric" })
  .format(new Date(at)) + ` ${clock(at)}`;

// The time; with the day unless it is today, and with the year unless it is the present one.
export function moment(at) {
  const then = new Date(at);
  const today = new Date(now());
  if (dayOf(then) === dayOf(today)) return clock(then);
  const sameYear = dayOf(then).slice(-4) === dayOf(today).slice(-4);
  const year = sameYear ? {} : { year: "numeric" };
  const day = inZone({ weekday: "short", day: "numeric", month: "short", ...year }).format(then);
  return `${day} ${clock(then)}`;
}

const twoUnits = (whole, name, rest, nextName) =>
  (rest ? `${whole} ${name} ${rest} ${nextName}` : `${whole} ${name}`);

// A duration in at most two units, rounded as the server and the command line round it.
export function span(milliseconds) {
  const length = Math.abs(milliseconds);
  if (length < MINUTE) return `${Math.round(length / SECOND)} s`;
  const minutes = Math.round(length / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? twoUnits(hours, "h", minutes % 60, "min")
    : twoUnits(Math.floor(hours / 24), "d", hours % 24, "h");
}

export const since = (at) => span(now() - Date.parse(at));
export function relative(at) {
  const left = Date.parse(at) - now();
  if (Math.abs(left) < 5 * SECOND) return "now";
  return left > 0 ? `in ${span(left)}` : `${span(left)} ago`;
}

export function milliseconds(iso) {
  const [, minus, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = ISO_SPAN.exec(iso)
    ?? [null, null, 0, 0, 0, 0, 0];
  const length = weeks * 7 * DAY + days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND;
  return minus ? -length : length;
}
export const duration = (iso) => (iso === null || iso === undefined ? "" : span(milliseconds(iso)));

// STUCK_WITH_OTHERS -> stuck with others; RECORDS_ONLY -> records only
export const words = (name) => name.toLowerCase().replaceAll("_", " ").replaceAll("-", " ");
// The kind of a record as texts name it: a notification is a message to the customer.
export const recordKind = (kind) =>
  (kind.toLowerCase() === "notification" ? "message" : words(kind));
const NO_BREAK = "\u00a0";
// A text whose shares stay in one line, such as 96 %.
export const unbroken = (text) => text.replaceAll(/(\d) %/g, `$1${NO_BREAK}%`);
export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
export const key = (id) => id.slice(id.indexOf(":") + 1);
