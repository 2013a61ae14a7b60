/**
 * Works off a list: each worker takes the next entry as soon as it is done with its last one.
 *
 * @returns what went wrong, in words; a failed entry does not stop the others
 */
export async function workOff<Entry, Worker>(
  entries: readonly Entry[],
  workers: readonly Worker[],
  work: (entry: Entry, worker: Worker) => Promise<void>,
  inWords: (entry: Entry) => string,
): Promise<readonly string[]> {
  const queue = [...entries];
  const failures: string[] = [];
  const lane = async (worker: Worker): Promise<void> => {
    for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
      try {
        await work(entry, worker);
      } catch (error) {
        failures.push(`${inWords(entry)}: ${String(error)}`);
      }
    }
  };
  await Promise.all(workers.map(lane));
  return failures;
}
