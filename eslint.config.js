// What lint holds: strict TypeScript, no any, no "!", no default exports, no promise forgotten, and imports that point
// one way (scripts/lint/import-direction.ts).

import svelte from "eslint-plugin-svelte";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { importDirection } from "./scripts/lint/import-direction.ts";

/** Names of the browser and of Node that code shared by both must not touch. */
const platformOnly = [
  ...[
    "window",
    "document",
    "navigator",
    "location",
    "localStorage",
    "sessionStorage",
    "indexedDB",
    "fetch",
    "WebSocket",
  ],
  ...["process", "Buffer", "require", "global", "__dirname", "__filename"],
];

export default defineConfig(
  globalIgnores([
    "**/node_modules/",
    "**/.svelte-kit/",
    "build/",
    "dist/",
    "artifacts/",
    "cache/",
    "data/",
    "coverage/",
    "test-results/",
  ]),
  tseslint.configs.strict,
  svelte.configs.recommended,
  {
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { placet: { rules: { "import-direction": importDirection } } },
    rules: {
      "placet/import-direction": "error",
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
      "@typescript-eslint/no-unused-vars": [
        "error",
        {
          argsIgnorePattern: "^_",
          varsIgnorePattern: "^_",
          destructuredArrayIgnorePattern: "^_",
          caughtErrors: "none",
        },
      ],
      // An empty class is never written here; an empty function sometimes is the point (a signal that is ignored).
      "@typescript-eslint/no-empty-function": "off",
      // A handler that answers or says nothing is `Promise<Answer | void>`.
      "@typescript-eslint/no-invalid-void-type": "off",
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Name what you export." },
        { selector: "ExportSpecifier[exported.name='default']", message: "Name what you export." },
      ],
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx"], location: "anywhere" }],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    rules: {
      // Props are declared with `let { ... } = $props()`, some of them bindable.
      "prefer-const": "off",
      "svelte/prefer-const": ["error", { destructuring: "all" }],
      // The app is one static page served from the root of its own origin.
      "svelte/no-navigation-without-resolve": "off",
    },
  },
  {
    files: ["protocol/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["node:*", "svelte", "svelte/*", "$app/*"], message: "protocol runs everywhere." }] },
      ],
      "no-restricted-globals": ["error", ...platformOnly],
    },
  },
  {
    // With types: a promise that nobody waits for is an error that nobody sees.
    files: [
      "protocol/**/*.ts",
      "indexer/**/*.ts",
      "scripts/**/*.ts",
      "test/{contracts,protocol,indexer,scripts,e2e}/**/*.ts",
    ],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { arguments: false } }],
      "@typescript-eslint/await-thenable": "error",
    },
  },
  {
    files: ["**/*.config.{js,ts}"],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    // chai's assertions are expressions.
    files: ["test/**/*.ts"],
    rules: { "@typescript-eslint/no-unused-expressions": "off" },
  },
);
