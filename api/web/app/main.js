// The explorer: registers the views and draws the page.
import { setNow } from "./clock.js";
import { gql } from "./gql.js";
import { connection } from "./live.js";
import { html, render } from "./ui.js";
import { Shell } from "./shell.js";
import "/web/now/register.js";
import "/web/radius/register.js";
import "/web/topology/register.js";
import "/web/order/register.js";
import "/web/desk/register.js";

// Uses the server's clock, since that of the computer may be wrong.
const synchronizeClock = () => gql("{ serverTime }").then(({ serverTime }) => setNow(serverTime), () => {});
connection.watch(({ state }) => { if (state === "live") synchronizeClock(); });
synchronizeClock();

render(html`<${Shell} />`, document.getElementById("page"));
