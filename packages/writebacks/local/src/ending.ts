/**
 * Does the work until the signal is aborted. A disk that does not answer cannot be called off; the caller goes on all the
 * same, and whatever the work does then is nobody's any more.
 *
 * @param late what is thrown then
 */
export async function endingWith<T>(signal: AbortSignal, work: () => Promise<T>, late: () => Error): Promise<T> {
  if (signal.aborted) throw late();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(late());
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
