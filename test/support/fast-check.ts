// fast-check with one seed, so that a change is judged by what it changes and not by luck. `PLACET_SEED=... npm test` tries
// other values; a property that fails names the seed and the path that lead back to it.

import fc from "fast-check";

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env["PLACET_SEED"] ?? 20_261_123) });

export { fc };
