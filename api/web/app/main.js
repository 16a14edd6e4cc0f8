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

// Ages are right on a computer whose clock is not; without an answer they are by its own.
const tellTime = () => gql("{ serverTime }").then(({ serverTime }) => setNow(serverTime), () => {});
connection.watch(({ state }) => { if (state === "live") tellTime(); });
tellTime();

render(html`<${Shell} />`, document.getElementById("page"));
