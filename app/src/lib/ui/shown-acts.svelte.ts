// Which acts a page shows in a line of its own, so that the list of what is under way need not show them twice.

let shown = $state.raw<readonly string[]>([]);

/** Ids of acts with a line on the page, reactive. */
export const shownActs = {
  get ids(): readonly string[] {
    return shown;
  },
};

/** A line for this act came onto the page; call the answer when it goes. */
export function showAct(id: string): () => void {
  shown = [...shown, id];
  return () => {
    const at = shown.indexOf(id);
    shown = shown.filter((_, index) => index !== at);
  };
}
