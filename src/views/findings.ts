import type { ValidationReport } from '../operations/validate-files.js'
import { colours } from './colours.js'
import { textOf } from './finding-text.js'
import { junitReport } from './junit.js'
import { sarifLog, type Tool } from './sarif.js'

/** The findings in one of the forms of `--format`. */
export async function findingsAs(
  format: string,
  report: ValidationReport,
  { colour, tool }: { colour: boolean; tool: Tool },
): Promise<string> {
  switch (format) {
    case 'github':
      return githubAnnotations(report)
    case 'sarif':
      return JSON.stringify(sarifLog(report, tool), null, 2)
    case 'junit':
      return junitReport(report, tool)
    default:
      return findingLines(report, colour)
  }
}

/** For people: one line a finding, its mend below, and a summary. */
export async function findingLines(report: ValidationReport, colour: boolean): Promise<string> {
  const paint = await colours(colour)
  const tint = { error: paint.red, warning: paint.yellow, info: paint.cyan }
  const lines = report.files.flatMap(({ file, findings }) =>
    findings.flatMap((finding) => [
      `${file}:${finding.line}:${finding.column} ${tint[finding.severity](finding.severity)} ${textOf(finding)} ${paint.dim(`(${finding.rule})`)}`,
      ...(finding.fix ? [`  → ${finding.fix}`] : []),
    ]),
  )
  return [...lines, summary(report)].join('\n')
}

/** Workflow commands that GitHub shows at the lines of a change. */
export function githubAnnotations(report: ValidationReport): string {
  const levels = { error: 'error', warning: 'warning', info: 'notice' }
  const lines = report.files.flatMap(({ file, findings }) =>
    findings.map((finding) => {
      const place = `file=${property(file)},line=${finding.line},col=${finding.column},title=${property(finding.rule)}`
      return `::${levels[finding.severity]} ${place}::${data(textOf(finding))}`
    }),
  )
  return lines.join('\n')
}

function summary({ files, errors, warnings }: ValidationReport): string {
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`
  return `${count(files.length, 'file')}, ${count(errors, 'error')}, ${count(warnings, 'warning')}`
}

/** Escapes of GitHub's workflow commands. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
