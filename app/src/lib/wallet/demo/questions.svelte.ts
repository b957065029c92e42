// What the demo wallet is being asked, one question at a time, and what it remembers: who it is, whether this page may
// see it, and (for trying the banner) whether it stands on another network.
import { Failure } from "#protocol/failure.ts";

/** A question in the demo wallet's window. */
export type DemoQuestion =
  | { kind: "connect" }
  | { kind: "typed"; typed: unknown }
  | { kind: "text"; text: string }
  | { kind: "send"; to: string; data: string; value: string }
  | { kind: "network"; chainId: number };

type Waiting = { question: DemoQuestion; answer: (yes: boolean) => void };

const PERSON = "placet.demo.person";
const CONNECTED = "placet.demo.connected";
const NETWORK = "placet.demo.network";

let waiting = $state<Waiting | undefined>();
let person = $state<number | undefined>(readNumber(PERSON));
let connected = $state(localStorage.getItem(CONNECTED) === "yes");
let network = $state<number | undefined>(readNumber(NETWORK));

function readNumber(key: string): number | undefined {
  const text = localStorage.getItem(key);
  return text === null || !/^\d{1,9}$/.test(text) ? undefined : Number(text);
}

function remember(key: string, value: string | undefined): void {
  if (value === undefined) localStorage.removeItem(key);
  else localStorage.setItem(key, value);
}

/** The demo wallet's state, reactive. */
export const demo = {
  get question(): DemoQuestion | undefined {
    return waiting?.question;
  },
  /** The chosen person's index among the demo people. */
  get person(): number | undefined {
    return person;
  },
  set person(index: number | undefined) {
    person = index;
    remember(PERSON, index?.toString());
  },
  get connected(): boolean {
    return connected;
  },
  set connected(value: boolean) {
    connected = value;
    remember(CONNECTED, value ? "yes" : undefined);
  },
  /** A network that it pretends to be on; undefined is this ledger's own. */
  get network(): number | undefined {
    return network;
  },
  set network(chainId: number | undefined) {
    network = chainId;
    remember(NETWORK, chainId?.toString());
  },
};

/** Puts a question into the window. Throws an EIP-1193 error, as wallets do: 4001 for no, -32002 while one is open. */
export function askPerson(question: DemoQuestion): Promise<void> {
  if (waiting) return Promise.reject(providerError(-32002, "A request is open already"));
  return new Promise((resolve, reject) => {
    waiting = {
      question,
      answer(yes) {
        waiting = undefined;
        if (yes) resolve();
        else reject(providerError(4001, "The person said no"));
      },
    };
  });
}

/** The window's answer. Throws Failure("conflict") when nothing was asked. */
export function answerQuestion(yes: boolean): void {
  if (!waiting) throw new Failure("conflict", "The demo wallet was not asked anything.");
  waiting.answer(yes);
}

/** An error as EIP-1193 wants it: a number in `code`. */
export function providerError(code: number, message: string): Error & { code: number } {
  return Object.assign(new Error(message), { code });
}
