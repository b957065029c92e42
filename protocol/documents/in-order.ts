// Many tasks under way, their results one by one in order: how reading, encrypting and hashing of neighbouring chunks
// overlap. Rule: never more than `ahead` results are held or on their way, so memory stays bounded whatever the size.

/** The results of `start(from)` to `start(to - 1)`, in order, up to `ahead` of them under way at a time. */
export async function* inOrder<T>(options: {
  from: number;
  to: number;
  ahead: number;
  start(index: number): Promise<T>;
}): AsyncGenerator<T, void, undefined> {
  const { from, to, ahead, start } = options;
  const coming: Promise<T>[] = [];
  let next = from;
  for (let index = from; index < to; index++) {
    while (coming.length < ahead && next < to) {
      const task = start(next++);
      task.catch(() => undefined); // told when its turn comes
      coming.push(task);
    }
    const result = coming.shift();
    if (result !== undefined) yield await result;
  }
}

/** A generator as a stream that makes nothing before it is asked for. */
export function streamFrom<T>(parts: AsyncGenerator<T, void, undefined>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const step = await parts.next();
        if (step.done) controller.close();
        else controller.enqueue(step.value);
      },
      async cancel() {
        await parts.return();
      },
    },
    { highWaterMark: 0 },
  );
}
