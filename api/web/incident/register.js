import { views } from "../app/views.js";

views.register({
  path: "incident",
  title: "Incident",
  load: async () => (await import("./view.js")).IncidentView
});
