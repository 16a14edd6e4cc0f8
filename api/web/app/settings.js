// Settings of the user, stored in this browser.
import { makeSetting } from "./store.js";

export const theme = makeSetting("impactgraph.theme", "auto", ["auto", "light", "dark"]);
export const zone = makeSetting("impactgraph.zone", "local", ["local", "UTC"]);
export const singleKeys = makeSetting("impactgraph.keys", "on", ["on", "off"]);

const show = (value) => {
  if (value === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
};
show(theme.get());
theme.watch(show);
