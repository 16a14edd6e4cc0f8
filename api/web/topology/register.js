import { views } from "../app/views.js";

views.register({
  path: "topology",
  title: "Topology",
  nav: 30,
  load: async () => (await import("./view.js")).Topology
});
