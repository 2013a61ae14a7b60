/** What a Dockerfile of these pages says. */
export interface ContainerImage {
  readonly from: string;
  readonly user: string | undefined;
  readonly copied: readonly string[];
  readonly command: readonly string[];
}

/** Reads one. @throws where it has an instruction that these pages do not use */
export function readImage(dockerfile: string): ContainerImage {
  const of: Record<string, string[]> = { FROM: [], RUN: [], USER: [], WORKDIR: [], COPY: [], CMD: [] };
  for (const line of dockerfile.split("\n").filter((text) => text !== "" && !text.startsWith("#"))) {
    const [, instruction = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    const lines = of[instruction];
    if (lines === undefined) throw new Error(`no such instruction: ${line}`);
    lines.push(rest);
  }
  const { FROM = [], RUN = [], USER = [], COPY = [], CMD = [] } = of;
  if (RUN.join("\n") !== "npm install --global tokenward@1")
    throw new Error(`it installs something else: ${RUN.join("\n")}`);
  return {
    from: String(FROM[0]),
    user: USER.at(-1),
    copied: COPY.flatMap((line) => line.split(" ").slice(0, -1)),
    command: JSON.parse(String(CMD.at(-1))) as string[],
  };
}
