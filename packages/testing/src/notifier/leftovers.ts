import { AsyncLocalStorage, createHook } from "node:async_hooks";

/** A timer or a handle: only these keep a process alive, and only while they say so. */
interface Resource {
  hasRef(): boolean;
}

/**
 * Watches what some work begins. What the test runner, the receiver or others begin meanwhile is not counted: only the
 * work, and what it set going, sees the mark.
 *
 * @param after is given what names the timers and handles of the work that still keep the process alive
 */
export async function watchingResources(
  work: () => Promise<void>,
  after: (left: () => readonly string[]) => Promise<void>,
): Promise<void> {
  const mark = new AsyncLocalStorage<true>();
  const begun = new Map<number, readonly [kind: string, resource: Resource]>();
  const hook = createHook({
    init: (id, kind, _trigger, resource) => {
      // An immediate is over in the next turn.
      if (mark.getStore() === true && kind !== "Immediate" && isResource(resource)) begun.set(id, [kind, resource]);
    },
    destroy: (id) => void begun.delete(id),
  });
  hook.enable();
  try {
    await mark.run(true, work);
    await after(() => [...begun.values()].filter(([, resource]) => resource.hasRef()).map(([kind]) => kind));
  } finally {
    hook.disable();
  }
}

function isResource(resource: object): resource is Resource {
  return "hasRef" in resource && typeof resource.hasRef === "function";
}
