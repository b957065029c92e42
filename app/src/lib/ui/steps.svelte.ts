// One question a page. The step stands in the address (?step=), so that the browser's back button goes one question
// back and the answers, which live in the page's state, stay.
import { goto } from "$app/navigation";
import { page } from "$app/state";

/** A walk through named questions. */
export type StepFlow<Name extends string = string> = {
  readonly names: readonly Name[];
  readonly current: Name;
  readonly index: number;
  next(): Promise<void>;
  back(): Promise<void>;
  goTo(name: Name): Promise<void>;
};

/** Makes a walk over `names`, in order. Call it once in the page's script. */
export function createSteps<Name extends string>(names: readonly [Name, ...Name[]]): StepFlow<Name> {
  const current = $derived(names.find((name) => name === page.url.searchParams.get("step")) ?? names[0]);
  const index = $derived(names.indexOf(current));

  async function goTo(name: Name): Promise<void> {
    const url = new URL(page.url.href);
    url.searchParams.set("step", name);
    await goto(url);
  }

  return {
    names,
    get current() {
      return current;
    },
    get index() {
      return index;
    },
    next: () => goTo(names[Math.min(index + 1, names.length - 1)] ?? current),
    back: async () => {
      // Someone may have come straight to a later question: then there is nothing to go back to in the history.
      if (index > 0) await goTo(names[index - 1] ?? current);
    },
    goTo,
  };
}
