// Writing a source anew with some of its parts wrapped. Parts may lie inside each other; what is wrapped keeps the parts
// inside it, and whatever the wrapping adds is written as it is given.

/** A part of a source and how it is written: given what now stands there, what shall stand there. */
export type Wrapping = { start: number; end: number; wrap: (inner: string) => string };

/** The text with all wrappings; of two for the same part, the one given first is inside. */
export function rewrite(text: string, wrappings: Wrapping[]): string {
  const ordered = wrappings
    .map((wrapping, index) => ({ ...wrapping, index }))
    .sort((a, b) => a.start - b.start || b.end - a.end || b.index - a.index);
  const render = (start: number, end: number): string => {
    let written = "";
    let at = start;
    for (let next = ordered[0]; next !== undefined && next.start < end; next = ordered[0]) {
      ordered.shift();
      written += text.slice(at, next.start) + next.wrap(render(next.start, next.end));
      at = next.end;
    }
    return written + text.slice(at, end);
  };
  return render(0, text.length);
}
