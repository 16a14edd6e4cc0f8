import { views } from "/web/app/views.js";
import { Now } from "./view.js";

views.register({ path: "", title: "Now", component: Now, nav: 10 });
