import type { ReportedFinding, ValidationReport } from '../operations/validate-files.js'
import { textOf } from './finding-text.js'

/** The program that found something, as reports name it. */
export interface Tool {
  name: string
  version: string
}

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const

/** The findings as a SARIF 2.1.0 log, which code hosts show beside the lines they are about. */
export function sarifLog(report: ValidationReport, { name, version }: Tool): object {
  const found = report.files.flatMap(({ file, findings }) => findings.map((finding) => ({ file, finding })))
  const rules = [...new Set(found.map(({ finding }) => finding.rule))].sort().map((id) => ({ id }))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name, version, rules } },
        columnKind: 'utf16CodeUnits',
        results: found.map(({ file, finding }) => result(file, finding)),
      },
    ],
  }
}

function result(file: string, finding: ReportedFinding): object {
  const { rule, severity, fix, line, column } = finding
  const text = fix === null ? textOf(finding) : `${textOf(finding)} → ${fix}`
  return {
    ruleId: rule,
    level: LEVELS[severity],
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  }
}

/** A path as a URI reference: relative ones stay relative to the folder of the run. */
function uriOf(file: string): string {
  const path = file.split('/').map(encodeURIComponent).join('/')
  return path.startsWith('/') ? `file://${path}` : path
}
