// The explorer: registers the views and draws the page.
import { setNow } from "./clock.js";
import { gql } from "./gql.js";
import { html, render } from "./ui.js";
import { Shell } from "./shell.js";
import "/web/now/register.js";
import "/web/radius/register.js";
import "/web/topology/register.js";
import "/web/order/register.js";
import "/web/desk/register.js";

gql("{ serverTime }").then(({ serverTime }) => setNow(serverTime), () => {}); // without it ages are by this computer's clock

render(html`<${Shell} />`, document.getElementById("page"));
