import { views } from "/web/app/views.js";

views.register({ path: "order", title: "Order", load: async () => (await import("./view.js")).OrderView });
