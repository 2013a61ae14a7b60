const nobody = 65_534;

/** Runs `work` as somebody who owns nothing: root, as whom CI runs, may read every file. */
export function asNobody<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(nobody);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}
