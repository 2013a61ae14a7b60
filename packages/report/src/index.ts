export { htmlReport } from "./html-report.ts";
export { junitReport } from "./junit-report.ts";
export type { ReportOptions } from "./options.ts";
export { renderReport, reportFormats, type ReportFormat } from "./render-report.ts";
