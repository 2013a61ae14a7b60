import path from "node:path";
import type { Program } from "oxc-parser";
import type { SourceFile, WorkspacePackage } from "./workspace.ts";

type Statement = Program["body"][number];

/** Everything that a published package exports carries a TSDoc comment. */
export function documentationFaults(packages: readonly WorkspacePackage[]): string[] {
  return packages
    .filter(({ kind }) => kind !== "private")
    .flatMap((owner) => {
      const files = new Map(owner.sources.map((source) => [source.path, source]));
      return [...new Set(entriesOf(owner).flatMap((entry) => undocumentedIn(entry, undefined, files)))];
    });
}

function entriesOf({ folder, manifest }: WorkspacePackage): string[] {
  return Object.values(manifest.exports ?? {}).flatMap((target) => {
    const source = typeof target === "string" ? undefined : target["@tokenward/source"];
    return source === undefined ? [] : [path.posix.join(folder, source)];
  });
}

// Follows re-exports to the declaration: that is where an editor looks for the comment.
function undocumentedIn(file: string, wanted: string | undefined, files: ReadonlyMap<string, SourceFile>): string[] {
  const source = files.get(file);
  if (source === undefined) return [];
  return source.program.body.flatMap((statement): string[] => {
    if (statement.type === "ExportAllDeclaration") {
      return undocumentedIn(resolved(file, statement.source.value), wanted, files);
    }
    if (statement.type === "ExportDefaultDeclaration") {
      if (wanted !== undefined && wanted !== "default") return [];
      const { declaration } = statement;
      if (declaration.type === "Identifier") return undocumentedLocal(source, declaration.name);
      return documented(source, statement) ? [] : [sentence(source, "the default export")];
    }
    if (statement.type !== "ExportNamedDeclaration") return [];
    if (statement.declaration !== null) {
      const names = declaredNames(statement).filter((name) => wanted === undefined || name === wanted);
      return documented(source, statement) ? [] : names.map((name) => sentence(source, name));
    }
    return statement.specifiers.flatMap((specifier) => {
      const exported = nameOf(specifier.exported);
      if (wanted !== undefined && exported !== wanted) return [];
      const local = nameOf(specifier.local);
      if (statement.source === null) return undocumentedLocal(source, local);
      return statement.source.value.startsWith(".")
        ? undocumentedIn(resolved(file, statement.source.value), local, files)
        : [];
    });
  });
}

function undocumentedLocal(source: SourceFile, name: string): string[] {
  const statement = source.program.body.find((candidate) => declaredNames(candidate).includes(name));
  return statement === undefined || documented(source, statement) ? [] : [sentence(source, name)];
}

function declaredNames(statement: Statement): string[] {
  const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (declaration === null) return [];
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
  }
  const id = "id" in declaration ? declaration.id : undefined;
  return id !== null && id !== undefined && id.type === "Identifier" ? [id.name] : [];
}

// Overloads and implementations stand next to each other; the comment stands above the first.
function documented({ comments, text, program }: SourceFile, statement: Statement): boolean {
  const names = declaredNames(statement);
  const first = program.body.find((candidate) => declaredNames(candidate).some((name) => names.includes(name)));
  const start = (first ?? statement).start;
  return comments.some(
    (comment) =>
      comment.type === "Block" &&
      comment.value.startsWith("*") &&
      comment.end <= start &&
      text.slice(comment.end, start).trim() === "",
  );
}

function resolved(from: string, request: string): string {
  return path.posix.join(path.posix.dirname(from), request);
}

function nameOf(node: { readonly type: string; readonly name?: string; readonly value?: unknown }): string {
  return node.name ?? String(node.value);
}

function sentence(source: SourceFile, name: string): string {
  return `${source.path}: say in a TSDoc comment what ${name} is; it is exported to others.`;
}
