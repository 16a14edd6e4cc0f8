// Address of a channel of the company's chat, with {channel} in place of its name; null without one.
import { makeStore } from "./store.js";

export const chat = makeStore(null);
