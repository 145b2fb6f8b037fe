import type { ReportedFinding } from '../operations/validate-files.js'

/** A finding as one sentence: where in the definition, and what. */
export function textOf(finding: ReportedFinding): string {
  return finding.path === '/' ? finding.message : `${finding.path}: ${finding.message}`
}
