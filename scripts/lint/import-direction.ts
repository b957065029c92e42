// A lint rule: imports point one way. routes -> app features -> protocol; indexer/http -> the indexer's other parts ->
// protocol; scripts -> protocol; protocol -> nothing of ours. Features of the app never import each other: they meet
// in protocol or in a route, and everybody comes in through a feature's index.

import { dirname, relative, resolve, sep } from "node:path";
import type { Rule } from "eslint";
import { projectRoot } from "../build/project-root.ts";

/** What every feature of the app may use. */
const sharedFeatures = [
  ...["ui", "wallet", "session", "vault", "service", "transactions", "workers"],
  // What more than one place shows or does in the same way: a document, a day, the way of a document in and out.
  ...["viewer", "calendar", "documents", "people", "live", "witness", "reach"],
];

/** The few files that reach across on purpose: importer -> what it may import besides. */
const exceptions: { from: RegExp; to: RegExp }[] = [
  // The two sides of one frame agree on what they say to each other.
  { from: /^app\/viewer\//, to: /^app\/src\/lib\/viewer\// },
  // The bench measures the very acts of the committed gas snapshot.
  { from: /^scripts\/bench\/gas\//, to: /^test\/contracts\/support\// },
  // Mutants are tried by the very tests, on the chain that these share.
  { from: /^scripts\/(mutants|coverage)\//, to: /^test\/contracts\/support\/stage\.ts$/ },
  // A browser is found in one way.
  { from: /^scripts\/bench\//, to: /^test\/e2e\/browser\.ts$/ },
];

/** Why a file may not import another (both relative to the project, with forward slashes), or undefined when it may. */
export function explainForbidden(options: { from: string; to: string }): string | undefined {
  const { from, to } = options;
  if (exceptions.some((exception) => exception.from.test(from) && exception.to.test(to))) return undefined;
  const [area] = from.split("/");
  const [target] = to.split("/");
  if (area === "test") return undefined;
  if (area === "protocol" && target !== "protocol") return "protocol imports nothing of ours but protocol";
  if (target === "test") return "tests are imported by tests only";
  if (target === "app" && area !== "app") return "nothing imports the app but the app";
  if (area === "app" && target !== "app" && target !== "protocol") return "the app imports protocol and itself only";
  if (area === "indexer" && target === "scripts") return "the service does not import scripts";
  if (
    area === "indexer" &&
    to.startsWith("indexer/http/") &&
    /^indexer\/(gateway|relay|store|ipfs|sync)\//.test(from)
  ) {
    return "the parts of the service do not know how they are asked for (http)";
  }
  if (area === "app" && target === "app") return explainFeatures({ from, to });
  return undefined;
}

function explainFeatures(options: { from: string; to: string }): string | undefined {
  const into = featureOf(options.to);
  const own = featureOf(options.from);
  if (into === undefined) {
    return own !== undefined && options.to.startsWith("app/src/routes/") ? "features do not import routes" : undefined;
  }
  if (into === own) return undefined;
  if (own !== undefined && !sharedFeatures.includes(into)) {
    return `the feature "${into}" is used by routes only: meet in protocol or in a route`;
  }
  return /^app\/src\/lib\/[^/]+\/index(\.\w+)?$/.test(options.to)
    ? undefined
    : `come in through app/src/lib/${into}/index.ts`;
}

function featureOf(path: string): string | undefined {
  return /^app\/src\/lib\/([^/]+)\//.exec(path)?.[1];
}

/** Turns an import specifier into a path of this project; undefined for packages and what a build makes up. */
function locate(options: { specifier: string; file: string }): string | undefined {
  const specifier = options.specifier.replace(/\?.*$/, "");
  const aliased = /^#(protocol|indexer|scripts|app)\/(.*)$/.exec(specifier);
  if (aliased) return `${aliased[1] === "app" ? "app/src/lib" : aliased[1]}/${aliased[2]}`;
  if (!specifier.startsWith(".")) return undefined;
  return toProjectPath(resolve(dirname(options.file), specifier));
}

function toProjectPath(file: string): string {
  return relative(projectRoot, file).split(sep).join("/");
}

/** The rule, for eslint.config.js. */
export const importDirection: Rule.RuleModule = {
  meta: { type: "problem", schema: [], messages: { forbidden: "{{from}} may not import {{to}}: {{why}}." } },
  create(context) {
    const from = toProjectPath(context.filename);
    const check = (node: Rule.Node, specifier: unknown): void => {
      if (typeof specifier !== "string") return;
      const to = locate({ specifier, file: context.filename });
      const why = to === undefined ? undefined : explainForbidden({ from, to });
      if (to !== undefined && why !== undefined)
        context.report({ node, messageId: "forbidden", data: { from, to, why } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) => check(node, node.source.type === "Literal" ? node.source.value : undefined),
    };
  },
};
