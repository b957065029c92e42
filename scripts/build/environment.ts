// The environment for a process that is built or started from within a test: what the test runner set for itself is
// taken out, or the app would be built, and the service run, as if they were under test.

const ofTheTestRunner = ["NODE_ENV", "MODE", "DEV", "PROD", "SSR", "TEST", "BASE_URL", "NODE_OPTIONS"];

/** This process's environment, without a test runner's traces. */
export function plainEnvironment(): Record<string, string | undefined> {
  if (process.env["VITEST"] === undefined) return process.env;
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST") && !ofTheTestRunner.includes(name)),
  );
}
