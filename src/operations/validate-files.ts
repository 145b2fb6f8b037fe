import type { PlacedFinding, Severity } from '../definitions/finding.js'
import { type DefinitionKind, validateAppText } from '../definitions/validate-text.js'
import { EXIT, UserError } from '../shared/errors.js'

/** One finding as `vip validate --json` gives it; the keys are a contract. */
export interface ReportedFinding {
  rule: string
  severity: Severity
  path: string
  line: number
  column: number
  message: string
  fix: string | null
}

/** The findings of one file. */
export interface FileReport {
  file: string
  kind: DefinitionKind
  valid: boolean
  findings: ReportedFinding[]
}

/** The findings of all files. */
export interface ValidationReport {
  files: FileReport[]
  errors: number
  warnings: number
}

/** A definition that was read, or why it could not be. */
export type DefinitionInput = { file: string; text: Uint8Array } | { file: string; problem: UserError }

/** Checks definitions one after the other; a file that cannot be read is a finding, too. */
export async function validateFiles(
  inputs: AsyncIterable<DefinitionInput> | Iterable<DefinitionInput>,
  options: { strict: boolean },
): Promise<ValidationReport> {
  const report: ValidationReport = { files: [], errors: 0, warnings: 0 }
  for await (const input of inputs) {
    const file = 'problem' in input ? unreadable(input) : checked(input)
    if (options.strict)
      for (const finding of file.findings) if (finding.severity === 'warning') finding.severity = 'error'
    file.valid = file.findings.every((finding) => finding.severity !== 'error')
    report.files.push(file)
    report.errors += file.findings.filter((finding) => finding.severity === 'error').length
    report.warnings += file.findings.filter((finding) => finding.severity === 'warning').length
  }
  return report
}

/**
 * The value of a definition without errors; throws `E_DEFINITION_INVALID` with every error otherwise.
 * @param file named with the place of each error; null for a definition that this program has made
 */
export function validDefinition(
  file: string | null,
  text: string | Uint8Array,
): { kind: DefinitionKind; value: unknown } {
  const { kind, findings, value } = validateAppText(text)
  const errors = findings.filter((finding) => finding.severity === 'error')
  if (errors.length === 0) return { kind, value }
  const place = ({ line, column }: PlacedFinding) => (file === null ? '' : `${file}:${line}:${column} `)
  const lines = errors.map((finding) => `  ${place(finding)}${sentence(finding)}`)
  const next = errors.flatMap((finding) => {
    if (!finding.fix) return []
    return errors.length === 1 ? finding.fix : `${place(finding)}${finding.fix}`
  })
  throw new UserError(
    'E_DEFINITION_INVALID',
    `${file ?? 'The new app'} is not valid, nothing was sent:\n${lines.join('\n')}`,
    { next, exitCode: EXIT.invalid },
  )
}

function checked({ file, text }: { file: string; text: Uint8Array }): FileReport {
  const { kind, findings } = validateAppText(text)
  return { file, kind, valid: true, findings: findings.map(reported) }
}

function unreadable({ file, problem }: { file: string; problem: UserError }): FileReport {
  const finding: ReportedFinding = {
    rule: 'file-unreadable',
    severity: 'error',
    path: '/',
    line: 1,
    column: 1,
    message: problem.message.replace(`${file} `, 'the file '),
    fix: problem.next[0] ?? null,
  }
  return { file, kind: 'unknown', valid: false, findings: [finding] }
}

function reported({ rule, severity, path, line, column, message, fix }: PlacedFinding): ReportedFinding {
  return { rule, severity, path, line, column, message, fix: fix ?? null }
}

function sentence(finding: PlacedFinding): string {
  return finding.path === '/' ? finding.message : `${finding.path}: ${finding.message}`
}
