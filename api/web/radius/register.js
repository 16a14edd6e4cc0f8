import { views } from "../app/views.js";

views.register({
  path: "radius",
  title: "Blast radius",
  nav: 20,
  load: async () => (await import("./view.js")).Radius
});
