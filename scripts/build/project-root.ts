// Where the project lies, however a script was started.

import { fileURLToPath } from "node:url";

/** The folder of package.json. */
export const projectRoot: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");
