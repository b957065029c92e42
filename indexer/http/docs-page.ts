// The API, to be read in a browser: one page made from the OpenAPI document, without any script.

type Json = Record<string, unknown>;

const style = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5 }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
details { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 0.5rem 0 }
summary { cursor: pointer } code, pre { font-family: ui-monospace, monospace; font-size: 0.9em }
pre { overflow: auto; padding: 0.75rem; background: color-mix(in srgb, currentColor 8%, transparent) }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700 } table { border-collapse: collapse }
td, th { text-align: left; padding: 0.2rem 1rem 0.2rem 0; vertical-align: top }`;

/** The page's style, for the hash in its content security policy. */
export const docsStyle = style;

/** The page as HTML. */
export function renderDocs(api: Json): string {
  const paths = Object.entries(api["paths"] as Record<string, Record<string, Json>>);
  const groups = Map.groupBy(
    paths.flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    ),
    ({ operation }) => String((operation["tags"] as string[])[0]),
  );
  const info = api["info"] as { title: string; description: string };
  const sections = [...groups].map(
    ([tag, list]) => `<h2 id="${escape(tag)}">${escape(tag)}</h2>${list.map((each) => renderOperation(each)).join("")}`,
  );
  const schemas = Object.entries((api["components"] as { schemas: Json }).schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escape(name)}"><summary><code>${escape(name)}</code></summary>${renderJson(schema)}</details>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(info.title)}: the service's API</title><style>${style}</style></head><body><main>
<h1>${escape(info.title)}: the service's API</h1><p>${escape(info.description)}</p>
<p>For programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<nav aria-label="Parts">${[...groups.keys()].map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join(" · ")}</nav>
${sections.join("")}<h2>Shapes</h2>${schemas.join("")}</main></body></html>`;
}

function renderOperation({ path, method, operation }: { path: string; method: string; operation: Json }): string {
  const parameters = (operation["parameters"] as Json[] | undefined) ?? [];
  const rows = parameters.map(
    (each) =>
      `<tr><td><code>${escape(String(each["name"]))}</code></td><td>${escape(String(each["in"]))}${each["required"] === true ? ", required" : ""}</td><td><code>${escape(JSON.stringify(each["schema"]))}</code></td></tr>`,
  );
  const responses = Object.entries(operation["responses"] as Record<string, Json>).map(
    ([status, answer]) => `<tr><td>${escape(status)}</td><td>${escape(String(answer["description"]))}</td></tr>`,
  );
  const secured = (operation["security"] as unknown[]).length > 0;
  return `<details><summary><span class="method">${escape(method.toUpperCase())}</span> <code>${escape(path)}</code></summary>
<p>${escape(String(operation["summary"]))} ${secured ? "Needs a session." : "Public."} ${escape(String(operation["description"] ?? ""))}</p>
${rows.length === 0 ? "" : `<table><tbody>${rows.join("")}</tbody></table>`}
${operation["requestBody"] === undefined ? "" : `<p>Body</p>${renderJson(operation["requestBody"])}`}
<table><tbody>${responses.join("")}</tbody></table>${renderAnswer(operation)}</details>`;
}

function renderAnswer(operation: Json): string {
  const answers = Object.entries(operation["responses"] as Record<string, Json>).filter(([status]) =>
    status.startsWith("2"),
  );
  return answers.map(([, answer]) => (answer["content"] === undefined ? "" : renderJson(answer["content"]))).join("");
}

function renderJson(value: unknown): string {
  return `<pre tabindex="0">${escape(JSON.stringify(value, null, 2))}</pre>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
