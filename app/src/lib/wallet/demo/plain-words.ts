// Typed data as a wallet shows it: the sentence first, then every field with its name. Pure.

/** One line of a signing window. */
export type SignedField = { name: string; value: string; mono: boolean; depth: number };

/** What stands in a signing window. */
export type SignedView = {
  act: string;
  application: string;
  network: string;
  sentence: string | undefined;
  fields: SignedField[];
};

const TIMES = new Set(["from", "until", "deadline", "recordsFrom"]);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** "mayRead" becomes "may read". */
function spellOut(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

function show(name: string, value: unknown, showTime: (seconds: number) => string): { value: string; mono: boolean } {
  if (typeof value === "boolean") return { value: value ? "yes" : "no", mono: false };
  if (TIMES.has(name) && /^\d{9,11}$/.test(String(value))) {
    return { value: showTime(Number(value)), mono: false };
  }
  if (Array.isArray(value)) return { value: value.length === 0 ? "none" : value.map(String).join(", "), mono: false };
  const text = String(value);
  return { value: text === "" ? "–" : text, mono: text.startsWith("0x") };
}

/** Reads typed data (EIP-712) for people. Nothing is left out: what is signed is shown. */
export function describeTyped(typed: unknown, options: { showTime: (seconds: number) => string }): SignedView {
  const root = isObject(typed) ? typed : {};
  const domain = isObject(root["domain"]) ? root["domain"] : {};
  const message = isObject(root["message"]) ? root["message"] : {};
  const fields: SignedField[] = [];
  let sentence: string | undefined;

  const walk = (part: Record<string, unknown>, depth: number): void => {
    for (const [name, value] of Object.entries(part)) {
      if (name === "sentence" && typeof value === "string") sentence = value;
      if (isObject(value)) {
        fields.push({ name: spellOut(name), value: "", mono: false, depth });
        walk(value, depth + 1);
      } else fields.push({ name: spellOut(name), ...show(name, value, options.showTime), depth });
    }
  };
  walk(message, 0);

  return {
    act: spellOut(String(root["primaryType"] ?? "")),
    application: `${String(domain["name"] ?? "?")} ${String(domain["version"] ?? "")}`.trim(),
    network: String(domain["chainId"] ?? "?"),
    sentence,
    fields,
  };
}
