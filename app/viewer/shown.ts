// What every kind of document gives back once it is drawn, so that the toolbar outside works on all of them alike.
import type { PartSource } from "#app/viewer/messages.ts";

/** A document on the screen. */
export type Shown = {
  /** Number of pages; 1 for pictures and texts. */
  pages: number;
  /** Draws larger or smaller; 1 is the width of the frame. */
  zoom: (factor: number) => void;
  /** Scrolls to a page, counted from 1. */
  goTo: (page: number) => void;
};

/** Where a document is drawn, and how it reports. */
export type Stage = {
  root: HTMLElement;
  /** The document; where it is read in parts, its size and a way to ask for them. */
  bytes: Uint8Array<ArrayBuffer>;
  parts?: PartSource;
  title: string;
  /** "Page {page} of {pages}", to be filled in. */
  pageLabel: string;
  cutLabel: string;
  noTextLabel: string;
  onPage: (page: number) => void;
};
