// Links that save a file of the server: a browser sends no API key with them, so the page asks itself.
import { credentials, hasKey, unauthenticated } from "./login.js";
import { save } from "./parts/copy.js";
import { toast } from "./toasts.js";

const NAME = /filename="?([^";]+)/;

async function download(address) {
  const response = await fetch(address, { headers: credentials() });
  if (response.status === 401) return unauthenticated();
  if (!response.ok) return toast((await response.json()).message);
  const name = NAME.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "impactgraph.csv";
  return save(name, await response.text(), "text/csv");
}

addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="/export"]');
  if (!link || !hasKey()) return;
  event.preventDefault();
  download(link.getAttribute("href")).catch((error) => toast(error.message));
});
