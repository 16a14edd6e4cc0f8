import { views } from "/web/app/views.js";

views.register({
  path: "overdue",
  title: "Overdue",
  nav: 40,
  load: async () => (await import("./overdue.js")).Overdue
});
views.register({
  path: "records",
  title: "Records",
  nav: 50,
  load: async () => (await import("./records.js")).Records
});
