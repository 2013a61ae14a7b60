import type { Books } from "./books.ts";
import type { Mounted } from "./family.ts";
import type { SandboxResource, SandboxRevocation } from "./platform.ts";

/** Which endpoint an address belongs to. */
export type Route =
  | { readonly kind: "token"; readonly mounted: Mounted }
  | { readonly kind: "resource"; readonly mounted: Mounted; readonly resource: SandboxResource }
  | { readonly kind: "revocation"; readonly mounted: Mounted; readonly revocation: SandboxRevocation }
  | { readonly kind: "unknown" };

/** Finds the endpoint; `rest` is the path below the platform. */
export function routeOf(books: Books, path: string): { readonly route: Route; readonly rest: string } {
  const slash = path.indexOf("/", 1);
  const mounted = slash < 0 ? undefined : books.platforms.get(path.slice(1, slash));
  if (mounted === undefined) return { route: { kind: "unknown" }, rest: path };
  const rest = path.slice(slash);
  const { tokenPath, revocation, resources } = mounted.dialect;
  if (rest === tokenPath) return { route: { kind: "token", mounted }, rest };
  if (revocation?.path === rest) return { route: { kind: "revocation", mounted, revocation }, rest };
  const resource = resources?.find((candidate) => candidate.path === rest);
  return { route: resource === undefined ? { kind: "unknown" } : { kind: "resource", mounted, resource }, rest };
}
