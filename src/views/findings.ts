import type { ReportedFinding, ValidationReport } from '../operations/validate-files.js'
import { colours } from './colours.js'

/** `vip validate` for people: one line a finding, its mend below, and a summary. */
export function findingLines(report: ValidationReport, colour: boolean): string {
  const paint = colours(colour)
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

function textOf(finding: ReportedFinding): string {
  return finding.path === '/' ? finding.message : `${finding.path}: ${finding.message}`
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
