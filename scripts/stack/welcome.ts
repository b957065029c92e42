// What a person reads when everything runs: one address, who they can be, how to unlock.

import { DEMO_PASSPHRASE, demoPeople } from "../demo-people.ts";

/** The lines that end a start. `dataDir` is shown as given. */
export function describeReady(options: { url: string; dataDir: string; demo: boolean }): string {
  const people = demoPeople
    .filter(({ role }) => role !== "gateway")
    .map(
      ({ name, about }, _, all) => `  ${name.padEnd(Math.max(...all.map((person) => person.name.length)))}  ${about}`,
    );
  const demo = [
    "",
    "Connect with the demo wallet in the page, as one of:",
    "",
    ...people,
    "",
    `Their records unlock with the passphrase:  ${DEMO_PASSPHRASE}`,
  ];
  return [
    "",
    `Placet is ready:  ${options.url}`,
    ...(options.demo ? demo : []),
    "",
    `Data and logs: ${options.dataDir}`,
    "Stop with Ctrl-C.",
    "",
  ].join("\n");
}
