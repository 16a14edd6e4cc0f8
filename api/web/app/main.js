// The explorer: registers the views and draws the page.
import { chat } from "./chat.js";
import { setNow } from "./clock.js";
import { gql } from "./gql.js";
import "./downloads.js";
import { connection } from "./live.js";
import { html, render } from "./ui.js";
import { Shell } from "./shell.js";
import { isSomebody, loadViewer, viewer } from "./viewer.js";
import { views } from "./views.js";
import "/web/now/register.js";
import "/web/incident/register.js";
import "/web/radius/register.js";
import "/web/topology/register.js";
import "/web/order/register.js";
import "/web/desk/register.js";
import "/web/measures/register.js";
import "/web/sources/register.js";

// The server's clock, since that of the computer may be wrong, and its settings.
const synchronize = () => gql("{ serverTime about { chat } }").then(
  ({ serverTime, about }) => { setNow(serverTime); chat.set(about.chat); },
  () => {}
);
connection.watch(({ state }) => { if (state === "live") { synchronize(); loadViewer(); } });
synchronize();
loadViewer();

// A session that is not used ends, and a WebSocket is no use of it: a page that is looked at says so itself.
const EVERY = 300_000;
setInterval(
  () => { if (document.visibilityState === "visible" && isSomebody(viewer.get())) loadViewer(); },
  EVERY
);

render(html`<${Shell} />`, document.getElementById("page"));

// The other views, when the first one is there: a server that is lost later takes none of them away.
const loadViews = () => views.loadAll().then(
  () => { document.documentElement.dataset.views = "loaded"; },
  () => {} // again when the connection is back
);
addEventListener("load", () => (window.requestIdleCallback ?? setTimeout)(loadViews));
connection.watch(({ state }) => { if (state === "live") loadViews(); });
