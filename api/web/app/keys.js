// Keyboard shortcuts outside of fields. Single letters can be switched off (WCAG 2.1.4).
import { useEffect } from "./ui.js";
import { makeStore } from "./store.js";
import { singleKeys } from "./settings.js";

export const bindings = makeStore([]);
const TYPING =
"input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable]";

// useKey("/", "Search", () => ...): also listed in the help that `?` opens.
export function useKey(key, label, run) {
  useEffect(() => {
    const binding = { key, label, run };
    bindings.set([...bindings.get(), binding]);
    return () => bindings.set(bindings.get().filter((other) => other !== binding));
  }, [key, label, run]);
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
  if (event.key.length === 1 && singleKeys.get() === "off") return;
  const binding = bindings.get().findLast((one) => one.key === event.key);
  if (!binding) return;
  event.preventDefault();
  binding.run(event);
});

// onKeyDown of a list: arrows, Home and End move between its elements with data-stop.
export function moveByArrows(event) {
  const stops = [...event.currentTarget.querySelectorAll("[data-stop]")];
  const here = stops.indexOf(
    event.target.closest("[data-stop]")
      ?? event.target.closest("tr, li")?.querySelector("[data-stop]")
  );
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: stops.length - 1 }[event.key];
  if (to === undefined || event.target.closest(TYPING) || !stops[to]) return;
  event.preventDefault();
  stops[to].focus();
}
