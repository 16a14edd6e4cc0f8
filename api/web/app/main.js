// The explorer: registers the views and draws the page.
import { html, render } from "./ui.js";
import { Shell } from "./shell.js";
import "/web/now/register.js";
import "/web/radius/register.js";
import "/web/topology/register.js";
import "/web/order/register.js";
import "/web/desk/register.js";

render(html`<${Shell} />`, document.getElementById("page"));
