/** The two words that every test runner has. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: ((name: string, run: () => Promise<void>) => unknown) & {
    skip?: ((name: string, run: () => Promise<void>) => unknown) | undefined;
  };
}

/** One property that every plugin of a kind has. */
export interface ConformanceCase<Fixture extends DisposableFixture> {
  readonly name: string;
  /** Optional members of the fixture that it cannot do without. */
  readonly needs: readonly (keyof Fixture & string)[];
  /** Rejects where the plugin does not have it. */
  readonly run: (fixture: Fixture) => Promise<void>;
}

/** What a case runs against: made anew for each, and put away after it. */
export interface DisposableFixture {
  dispose(): Promise<void>;
}

/** What a plugin under test cannot offer. */
export interface ConformanceOptions<Fixture> {
  /** Why cases that need something are left out, by what they need. */
  readonly without?: Readonly<Partial<Record<keyof Fixture & string, string>>> | undefined;
}

/** Registers cases with a test runner. A case that is left out is a skipped test with its reason. */
export function registerCases<Fixture extends DisposableFixture>(
  { describe, it }: TestRunner,
  title: string,
  cases: readonly ConformanceCase<Fixture>[],
  create: () => Promise<Fixture>,
  options: ConformanceOptions<Fixture> = {},
): void {
  const without: Partial<Record<string, string>> = options.without ?? {};
  describe(title, () => {
    for (const { name, needs, run } of cases) {
      const missing = needs.find((need) => without[need] !== undefined);
      const test = async (): Promise<void> => {
        const fixture = await create();
        try {
          const absent = needs.find((need) => fixture[need] === undefined);
          if (absent !== undefined) throw new TypeError(`The fixture lacks \`${absent}\`; say why in \`without\`.`);
          await run(fixture);
        } finally {
          await fixture.dispose();
        }
      };
      if (missing === undefined) it(name, test);
      else it.skip?.(`${name} (skipped: ${without[missing]})`, test);
    }
  });
}
