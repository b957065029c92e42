// Documents on their way in and out, for whoever may: the add queue and its pieces, manifests, seals, saving.
export { default as AddList } from "./AddList.svelte";
export { default as UnfinishedList } from "./UnfinishedList.svelte";
export { default as DropZone } from "./DropZone.svelte";
export {
  createAddQueue,
  type AddItem,
  type AddQueue,
  type AddQueueOptions,
  type Uploaded,
} from "./add-queue.svelte.ts";
export { fetchManifest, fetchManifests, forgetManifest } from "./fetch-manifest.ts";
export { makeReadable } from "./readable.ts";
export { saveFile } from "./save-file.ts";
export { sealDocuments, type Sealable } from "./seal-document.ts";
