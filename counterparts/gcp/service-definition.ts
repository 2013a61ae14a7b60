import { createRequire } from "node:module";
import path from "node:path";
import { loadPackageDefinition, type ServiceDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** Google's own description of the service, as its client package brings it along. */
export function secretManagerService(): ServiceDefinition {
  const require = createRequire(import.meta.url);
  const client = require.resolve("@google-cloud/secret-manager");
  const gax = createRequire(client).resolve("google-gax");
  // Neither exports its manifest; both have their descriptions beside the compiled sources.
  const includeDirs = [client, gax].map((file) => path.join(path.dirname(file), "..", "protos"));
  const definition = loadSync("google/cloud/secretmanager/v1/service.proto", {
    includeDirs,
    keepCase: true,
    longs: String,
    enums: String,
    oneofs: true,
  });
  let found: unknown = loadPackageDefinition(definition);
  for (const name of ["google", "cloud", "secretmanager", "v1", "SecretManagerService"])
    found = (found as Readonly<Record<string, unknown>>)[name];
  return (found as { readonly service: ServiceDefinition }).service;
}
