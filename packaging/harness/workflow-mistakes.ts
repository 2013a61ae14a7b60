import { registerHooks } from "node:module";

// The parser that GitHub's own editor extension uses imports JSON in a way that only bundlers accept.
registerHooks({
  load: (url, context, next) => {
    if (!/\/@actions\/workflow-parser\/.*\.json$/.test(url)) return next(url, context);
    return next(url, { ...context, importAttributes: { ...context.importAttributes, type: "json" } });
  },
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");

/** What GitHub would say is wrong with a workflow; empty where it would run it. */
export async function workflowMistakes(name: string, content: string): Promise<readonly string[]> {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  if (value === undefined) return ["This is no workflow."];
  const { errors = [] } = await convertWorkflowTemplate(context, value);
  return [...context.errors.getErrors().map(({ message }) => message), ...errors.map(({ Message }) => Message)];
}
