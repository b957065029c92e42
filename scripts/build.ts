// `npm run build`: the contracts, and the app as it goes into production (without the demo wallet).

import { buildApp } from "./build/app.ts";
import { buildContracts } from "./build/contracts.ts";

if (await buildContracts()) console.log("Contracts compiled.");
const { folder } = await buildApp({ demo: process.argv.includes("--demo") });
console.log(`The app is built: ${folder}`);
