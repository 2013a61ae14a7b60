/**
 * Waits for work that knows no signal, until the signal is aborted. The work itself cannot be called off; whatever it does
 * then is nobody's any more.
 *
 * @param late what is thrown then; default: the signal's own `DOMException` (`AbortError`, `TimeoutError`)
 */
export async function untilAborted<T>(
  signal: AbortSignal,
  work: () => Promise<T>,
  late: () => Error = () => endOf(signal),
): Promise<T> {
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

// Whoever aborts may give any value as the reason.
function endOf({ reason }: AbortSignal): DOMException {
  return reason instanceof DOMException ? reason : new DOMException("aborted", "AbortError");
}
