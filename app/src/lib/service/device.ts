// What this browser keeps between visits, in IndexedDB: the locked vault, the session key, and what uploads that broke off
// need to go on. Rule: nothing that opens
// anything lies here in clear; the session key is there as a key that cannot be read out.
import { Failure } from "#protocol/failure.ts";

/** The shelves. A record's key is an account, or begins with one. */
export type DeviceShelf = "vaults" | "session-keys" | "uploads" | "upload-chunks";

const NAME = "placet";
const SHELVES: readonly DeviceShelf[] = ["vaults", "session-keys", "uploads", "upload-chunks"];

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asking = indexedDB.open(NAME, 2);
    asking.onupgradeneeded = () => {
      const there = asking.result.objectStoreNames;
      for (const shelf of SHELVES) if (!there.contains(shelf)) asking.result.createObjectStore(shelf);
    };
    asking.onsuccess = () => {
      // A newer page in another tab must not wait for this one.
      asking.result.onversionchange = () => {
        asking.result.close();
        opened = undefined;
      };
      resolve(asking.result);
    };
    asking.onerror = () => reject(asking.error ?? new Error("IndexedDB"));
    asking.onblocked = () => reject(new Error("IndexedDB is blocked by another tab"));
  }).catch((cause: unknown) => {
    opened = undefined;
    throw new Failure(
      "unavailable",
      "This browser does not let Placet keep anything on this device (a private window, perhaps). Nothing was lost. Allow storage for this page, or use another window.",
      { cause },
    );
  });
  return opened;
}

async function run<T>(
  shelf: DeviceShelf,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  return new Promise((resolve, reject) => {
    // "strict": kept means on the disk. What an upload records must be there after a power cut.
    const transaction = database.transaction(shelf, mode, { durability: "strict" });
    const asking = act(transaction.objectStore(shelf));
    transaction.oncomplete = () => resolve(asking.result);
    transaction.onerror = transaction.onabort = () =>
      reject(
        new Failure(
          "unavailable",
          "This browser could not keep something on this device. Free some space and try again.",
          {
            cause: transaction.error,
          },
        ),
      );
  });
}

/** Keeps a value under an account. */
export async function keepHere(shelf: DeviceShelf, account: string, value: unknown): Promise<void> {
  await run(shelf, "readwrite", (store) => store.put(value, account.toLowerCase()));
}

/** What is kept under an account; undefined when nothing is. */
export function readHere(shelf: DeviceShelf, account: string): Promise<unknown> {
  return run<unknown>(shelf, "readonly", (store) => store.get(account.toLowerCase()) as IDBRequest<unknown>);
}

function startingWith(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix.toLowerCase(), `${prefix.toLowerCase()}\uffff`);
}

/** Everything whose key begins so, in order of keys. */
export function listHere(shelf: DeviceShelf, prefix: string): Promise<unknown[]> {
  return run<unknown[]>(shelf, "readonly", (store) => store.getAll(startingWith(prefix)) as IDBRequest<unknown[]>);
}

/** Forgets everything whose key begins so. */
export async function forgetAllHere(shelf: DeviceShelf, prefix: string): Promise<void> {
  await run(shelf, "readwrite", (store) => store.delete(startingWith(prefix)));
}

/** Forgets what is kept under an account. */
export async function forgetHere(shelf: DeviceShelf, account: string): Promise<void> {
  await run(shelf, "readwrite", (store) => store.delete(account.toLowerCase()));
}
