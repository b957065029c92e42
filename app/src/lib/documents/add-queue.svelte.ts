// The queue of documents on their way in: described, encrypted and stored, checked, then handed to `finish` (which
// anchors or files them). Rule: one at a time, so that the blocks in flight are bounded; a failed row keeps its reason
// and its file and goes on where it stopped, and nothing is anchored that was not checked where it is stored.
import { detectType, HEAD_BYTES, type Metadata } from "#protocol/documents/index.ts";
import { Failure, isFailure } from "#protocol/failure.ts";
import { t } from "#app/ui/index.ts";
import { addDocument, dropUpload, listUploads, type Unfinished } from "#app/vault/index.ts";
import type { Bytes } from "#protocol/bytes.ts";
import type { Address, Hex } from "viem";
import { createPace } from "./pace.ts";
import { suggestCategory, suggestTitle } from "./suggest-category.ts";

/** Where a document stands on its way in. */
export type AddState =
  "describing" | "waiting" | "working" | "checking" | "finishing" | "done" | "failed" | "cancelled" | "unsupported";

/** One document on its way in. Sizes in bytes, speeds in bytes a second, `left` in seconds. */
export type AddItem = {
  readonly id: number;
  readonly file: File;
  readonly mediaType: string;
  title: string;
  category: string;
  suggested: string;
  /** "YYYY-MM-DD". */
  recordedOn: string;
  /** Separated by commas. */
  tags: string;
  state: AddState;
  /** Encrypted and stored. */
  stored: number;
  total: number;
  speed: number | undefined;
  left: number | undefined;
  /** Steps of the check that are done, and how many there are. */
  checked: number;
  toCheck: number;
  checkLeft: number | undefined;
  /** By what the upload can be gone on with after a break. */
  upload: Hex | undefined;
  /** Why it failed, in words. */
  problem: string | undefined;
};

/** A document whose ciphertext is stored and was checked; what is left is the ledger. */
export type Uploaded = { document: Hex; version: number; digest: Hex; manifestBytes: Bytes; metadata: Metadata };

/** What the queue needs to know. */
export type AddQueueOptions = {
  subject: Address;
  /** The subject's key, from the ledger. */
  subjectKey: Hex;
  author: Address;
  /** Anchors or files the document, and seals it. Its failure is the row's failure. */
  finish: (uploaded: Uploaded, item: AddItem) => Promise<void>;
  /** Does the same for all that are stored, under one signature: they are done together, or fail together. */
  finishAll?: (uploads: readonly Uploaded[]) => Promise<void>;
  /** A further version of this document. */
  version?: { document: Hex; version: number };
  /** Whether the ledger has this document already: an upload that broke off after that is done. */
  isOnLedger?: (document: Hex, version: number) => boolean;
};

/** Most bytes of one document. */
export const LARGEST = 1_073_741_824;

/** A queue of documents. */
export type AddQueue = ReturnType<typeof createAddQueue>;

/** Makes an empty queue. */
export function createAddQueue(options: AddQueueOptions) {
  let items = $state<AddItem[]>([]);
  let paused = $state(false);
  let running = false;
  let nextId = 1;
  let unfinished = $state.raw<Unfinished[]>([]);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing on screen depends on it
  const stops = new Map<number, AbortController>();
  // Uploads that are stored but not finished: a retry goes on from here and sends nothing twice.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing on screen depends on it
  const stored = new Map<number, Uploaded>();

  async function add(files: Iterable<File>): Promise<void> {
    for (const file of files) items.push(await describe(file, nextId++));
  }

  function start(): void {
    for (const item of items) if (item.state === "describing") item.state = "waiting";
    void run();
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    try {
      for (;;) {
        const item = paused ? undefined : items.find((one) => one.state === "waiting");
        if (item) await work(item);
        else if (paused || !(await finishTogether())) return;
      }
    } finally {
      running = false;
    }
  }

  /** Finishes everything that is stored, once nothing more is waiting; false when there was nothing to finish. */
  async function finishTogether(): Promise<boolean> {
    const ready = items.filter((item) => item.state === "finishing" && stored.has(item.id));
    if (!options.finishAll || ready.length === 0) return false;
    try {
      await options.finishAll(ready.flatMap((item) => stored.get(item.id) ?? []));
      for (const item of ready) {
        stored.delete(item.id);
        await forget(item);
        item.state = "done";
      }
    } catch (error) {
      for (const item of ready) {
        item.state = "failed";
        item.problem = problemOf(error);
      }
    }
    return true;
  }

  async function work(item: AddItem): Promise<void> {
    const stop = new AbortController();
    stops.set(item.id, stop);
    item.problem = undefined;
    try {
      const uploaded = stored.get(item.id) ?? (await upload(item, stop.signal));
      stored.set(item.id, uploaded);
      item.state = "finishing";
      if (options.finishAll) return;
      await options.finish(uploaded, item);
      stored.delete(item.id);
      await forget(item);
      item.state = "done";
    } catch (error) {
      if (stop.signal.aborted) item.state = stop.signal.reason === "pause" ? "waiting" : "cancelled";
      else {
        item.state = "failed";
        if (error instanceof Failure && error.reason === "file-changed" && item.upload) {
          // The wrong file was chosen: what was begun still waits for the right one.
          item.upload = undefined;
          await findUnfinished().catch(() => undefined);
        }
        item.problem = problemOf(error);
      }
    } finally {
      stops.delete(item.id);
    }
  }

  async function upload(item: AddItem, signal: AbortSignal): Promise<Uploaded> {
    item.state = "working";
    item.total = item.file.size;
    const storePace = createPace(item.file.size);
    let checkPace: ReturnType<typeof createPace> | undefined;
    const metadata: Metadata = {
      category: item.category,
      title: item.title.trim() || suggestTitle(item.file.name).slice(0, 200) || t("documents.untitled"),
      fileName: item.file.name.slice(0, 255),
      mediaType: item.mediaType,
      size: item.file.size,
      recordedOn: item.recordedOn,
      addedAt: Math.floor(Date.now() / 1000),
      tags: readTags(item.tags),
    };
    const { version } = options;
    return addDocument(
      {
        file: item.file,
        metadata,
        subject: options.subject,
        subjectKey: options.subjectKey,
        author: options.author,
        ...(version ? { document: version.document, version: version.version } : {}),
        ...(item.upload ? { upload: item.upload } : {}),
      },
      {
        signal,
        onProgress: (progress) => {
          const now = performance.now();
          item.upload = progress.upload;
          item.stored = progress.stored;
          ({ speed: item.speed, left: item.left } = storePace(progress.stored, now));
          if (progress.toCheck === 0) return;
          if (item.state === "working") item.state = "checking";
          item.checked = progress.checked;
          item.toCheck = progress.toCheck;
          checkPace ??= createPace(progress.toCheck);
          item.checkLeft = checkPace(progress.checked, now).left;
        },
      },
    );
  }

  /** The upload is done or not wanted any more: its key is forgotten on this device. */
  async function forget(item: AddItem): Promise<void> {
    const { upload } = item;
    item.upload = undefined;
    // Left behind it would only be offered once more.
    if (upload) await dropUpload(upload).catch(() => undefined);
  }

  async function findUnfinished(): Promise<void> {
    const found = await listUploads();
    const mine = found.filter(({ subject }) => subject.toLowerCase() === options.subject.toLowerCase());
    const over = mine.filter(({ upload, version }) => options.isOnLedger?.(upload, version));
    for (const { upload } of over) await dropUpload(upload);
    unfinished = mine.filter((one) => !over.includes(one));
  }

  /** Takes an upload up again with the file that it was begun with. That it is the same is checked chunk by chunk. */
  async function goOn(one: Unfinished, file: File): Promise<void> {
    const { metadata, upload } = one;
    const item = await describe(file, nextId++);
    unfinished = unfinished.filter(({ upload: other }) => other !== upload);
    items.push({
      ...item,
      title: metadata.title,
      category: metadata.category,
      recordedOn: metadata.recordedOn,
      tags: metadata.tags.join(", "),
      upload,
      state: "waiting",
      problem: undefined,
    });
    void run();
  }

  function stopItem(item: AddItem, reason: "cancel" | "pause"): void {
    const stop = stops.get(item.id);
    if (stop) stop.abort(reason);
    else if (reason === "cancel") item.state = "cancelled";
    if (reason === "cancel") void forget(item);
  }

  return {
    get items(): AddItem[] {
      return items;
    },
    get paused(): boolean {
      return paused;
    },
    get busy(): boolean {
      return items.some((item) => ["waiting", "working", "checking", "finishing"].includes(item.state));
    },
    /** What broke off on this device and can go on. */
    get unfinished(): readonly Unfinished[] {
      return unfinished;
    },
    add,
    start,
    findUnfinished,
    goOn,
    /** Gives up an upload that broke off. */
    async discard(one: Unfinished): Promise<void> {
      await dropUpload(one.upload);
      unfinished = unfinished.filter((other) => other !== one);
    },
    pause(): void {
      paused = true;
      for (const item of items) if (item.state === "working" || item.state === "checking") stopItem(item, "pause");
    },
    resume(): void {
      paused = false;
      void run();
    },
    cancel: (item: AddItem): void => stopItem(item, "cancel"),
    remove(item: AddItem): void {
      void forget(item);
      items = items.filter((one) => one.id !== item.id);
    },
    retry(item: AddItem): void {
      item.state = "waiting";
      void run();
    },
    retryFailed(): void {
      for (const item of items) if (item.state === "failed") item.state = "waiting";
      void run();
    },
  };
}

/** Why a row failed, in words. */
function problemOf(error: unknown): string {
  if (isFailure(error, "rejected-by-user")) return t("documents.problem.rejected");
  return isFailure(error) ? error.message : t("documents.problem.unknown");
}

async function describe(file: File, id: number): Promise<AddItem> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const type = detectType(head, await readWhole(file));
  const isText = type?.mediaType.startsWith("text/") || type?.mediaType.endsWith("json");
  const mediaType = type?.mediaType ?? "application/octet-stream";
  const sample = isText ? new TextDecoder().decode(head) : "";
  const category = suggestCategory({ name: file.name, mediaType, text: sample });
  const tooLarge = file.size > LARGEST;
  return {
    id,
    file,
    mediaType,
    title: suggestTitle(file.name).slice(0, 200),
    category,
    suggested: category,
    recordedOn: dayOfFile(file),
    tags: "",
    state: type && !tooLarge && file.size > 0 ? "describing" : "unsupported",
    stored: 0,
    total: file.size,
    speed: undefined,
    left: undefined,
    checked: 0,
    toCheck: 0,
    checkLeft: undefined,
    upload: undefined,
    problem: tooLarge
      ? t("documents.problem.tooLarge")
      : file.size === 0
        ? t("documents.problem.empty")
        : type
          ? undefined
          : t("documents.problem.type"),
  };
}

/** Small files whole, for the kinds that only their whole content tells; large ones are told by their head. */
async function readWhole(file: File): Promise<Uint8Array | undefined> {
  return file.size <= 4_194_304 ? new Uint8Array(await file.arrayBuffer()) : undefined;
}

function dayOfFile(file: File): string {
  const date = new Date(file.lastModified || Date.now());
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Tags from one line: cut at commas, trimmed, without doubles. */
export function readTags(line: string): string[] {
  const tags = line.split(",").map((tag) => tag.trim().slice(0, 64));
  return tags.filter((tag, at) => tag !== "" && tags.indexOf(tag) === at).slice(0, 32);
}
