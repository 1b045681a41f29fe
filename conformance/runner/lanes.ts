/**
 * Works on all items, so many at once, in their order.
 * @param mayGoOn looked at before each; what was begun is finished.
 */
export async function inLanes<T>(
  items: readonly T[],
  count: number,
  work: (item: T) => Promise<void>,
  mayGoOn: () => boolean = () => true,
): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && mayGoOn(); item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, lane));
}
