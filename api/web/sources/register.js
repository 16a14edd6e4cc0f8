import { views } from "/web/app/views.js";

views.register({
  path: "sources",
  title: "Sources",
  nav: 60,
  load: async () => (await import("./view.js")).Sources
});
