import type { FileReport, ValidationReport } from '../operations/validate-files.js'
import { textOf } from './finding-text.js'
import type { Tool } from './sarif.js'

/** The findings as a JUnit report: one test case a file, which fails by its errors; what remains is its output. */
export function junitReport({ files }: ValidationReport, { name }: Tool): string {
  const failures = files.filter((file) => !file.valid).length
  const counts = `tests="${files.length}" failures="${failures}" errors="0"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${escaped(name)}" ${counts}>`,
    ...files.map(testCase),
    '  </testsuite>',
    '</testsuites>',
  ].join('\n')
}

function testCase(report: FileReport): string {
  const { file, kind } = report
  const errors = lines(report, true)
  const others = lines(report, false)
  const head = `    <testcase classname="${kind}" name="${escaped(file)}"`
  if (errors.length + others.length === 0) return `${head}/>`
  const message = errors.length === 1 ? errors[0]! : `${errors.length} errors`
  return [
    `${head}>`,
    ...(errors.length > 0
      ? [`      <failure message="${escaped(message)}">${escaped(errors.join('\n'))}</failure>`]
      : []),
    ...(others.length > 0 ? [`      <system-out>${escaped(others.join('\n'))}</system-out>`] : []),
    '    </testcase>',
  ].join('\n')
}

function lines({ file, findings }: FileReport, errors: boolean): string[] {
  return findings
    .filter(({ severity }) => (severity === 'error') === errors)
    .map((finding) => {
      const fix = finding.fix === null ? '' : ` → ${finding.fix}`
      return `${file}:${finding.line}:${finding.column} ${finding.severity} ${textOf(finding)} (${finding.rule})${fix}`
    })
}

/** Text as XML carries it: markup escaped, characters that XML 1.0 cannot hold replaced. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\n', '&#10;')
  )
}
