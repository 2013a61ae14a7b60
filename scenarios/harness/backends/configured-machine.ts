import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Backend } from "tokenward-counterparts/backend";
import { placeOf, type Place } from "./real-backends.ts";

/** Configures another machine like the first one, with its own way to the backend. */
export async function configureLike(configuration: string, backend: Backend, folder: string): Promise<Place> {
  const like = JSON.parse(configuration) as {
    readonly auth: { readonly writeback: Readonly<Record<string, unknown>> };
  };
  const place = placeOf(backend, path.join(folder, "place"), like.auth.writeback);
  const auth = { ...like.auth, writeback: place.writeback };
  await mkdir(folder, { recursive: true });
  // JSON is YAML.
  await writeFile(path.join(folder, "tokenward.config.yaml"), `${JSON.stringify({ ...like, auth })}\n`);
  return place;
}
