// `npm run build`: the contracts, and the app as it goes into production (without the demo wallet). `--demo` builds the
// app of `npm start` instead.

import { buildApp } from "./build/app.ts";
import { buildContracts } from "./build/contracts.ts";
import { tellFailure } from "./build/tell-failure.ts";

await tellFailure(async () => {
  if (await buildContracts()) console.log("Contracts compiled.");
  const { appDir } = await buildApp({ demo: process.argv.includes("--demo") });
  console.log(`The app is built: ${appDir}`);
});
