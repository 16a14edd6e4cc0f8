import { views } from "/web/app/views.js";

/** Few need the view: its styles come with it. */
const styles = () => new Promise((resolve) => {
  const link = Object.assign(document.createElement("link"), {
    rel: "stylesheet", href: "/web/measures/measures.css", onload: resolve, onerror: resolve,
  });
  document.head.append(link);
});

views.register({
  path: "measures",
  title: "Measures",
  nav: 55,
  rare: true,
  load: async () => {
    const [{ Measures }] = await Promise.all([import("./view.js"), styles()]);
    return Measures;
  }
});
