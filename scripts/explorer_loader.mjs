// Loads modules of the explorer in Node: absolute addresses are files of api/web, and every name of a module's
// top level is listed in `globalThis.explorer`, by the file.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const WEB = new URL("../api/web/", import.meta.url);
const TOP = /^(?:export )?(?:const|let|(?:async )?function|class) (\w+)/gm;

export async function resolve(specifier, context, next) {
  if (specifier.startsWith("/web/")) {
    return { url: new URL(specifier.slice("/web/".length), WEB).href, shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith(WEB.href) || !/\.m?js$/.test(url)) return next(url, context);
  const source = await readFile(fileURLToPath(url), "utf8");
  const names = url.includes("/vendor/") ? [] : [...source.matchAll(TOP)].map(([, name]) => name);
  const list = `\n;(globalThis.explorer ??= {})["${url.slice(WEB.href.length)}"] = { ${names.join(", ")} };`;
  return { format: "module", source: names.length ? source + list : source, shortCircuit: true };
}
