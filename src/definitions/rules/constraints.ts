import { childPath } from '../marathon-path.js'
import { type Rule, refused } from './rule.js'

const OPERATORS = ['UNIQUE', 'CLUSTER', 'GROUP_BY', 'LIKE', 'MAX_PER', 'UNLIKE', 'IS']

/** Each constraint is a field, an operator and what the operator takes. */
export const constraints: Rule = {
  id: 'constraint',
  severity: 'error',
  phase: 'current',
  check: (app) =>
    (app.constraints ?? []).flatMap((constraint, index) => {
      const error = constraintError(constraint)
      return error === null
        ? []
        : [refused(childPath('/constraints', index), error, { serverPath: '/constraints' })]
    }),
}

/** Operators pass the check in any case and then fail in all but upper case, with status 500. */
export const constraintCase: Rule = {
  id: 'constraint-case',
  severity: 'error',
  phase: 'conversion',
  check: (app) =>
    (app.constraints ?? []).flatMap((constraint, index) => {
      const operator = constraint[1] ?? ''
      const upper = operator.toUpperCase()
      return OPERATORS.includes(upper) && operator !== upper
        ? [
            refused(
              childPath('/constraints', index),
              `illegal constraint specification ${constraint.join(',')}`,
              {
                fix: `write "${upper}"`,
              },
            ),
          ]
        : []
    }),
}

function constraintError(constraint: string[]): string | null {
  if (constraint.length < 2 || constraint.length > 3) return 'Each constraint must have either 2 or 3 fields'
  const [field, operator, value] = constraint
  if (!OPERATORS.includes(operator!.toUpperCase()))
    return 'operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS'
  if (field === '') return 'illegal constraint specification'
  switch (operator!.toUpperCase()) {
    case 'UNIQUE':
      return value === undefined ? null : 'UNIQUE does not accept a value'
    case 'GROUP_BY':
      return value === undefined || isInteger(value)
        ? null
        : 'GROUP BY must define an integer value or else no value at all'
    case 'MAX_PER':
      return isInteger(value) ? null : 'MAX_PER requires an integer value'
    case 'LIKE':
    case 'UNLIKE':
      if (!value) return 'LIKE and UNLIKE require a non-empty, regular expression value'
      return isRegularExpression(value) ? null : 'is not a valid regular expression'
    case 'IS':
      return value !== undefined && /^[a-zA-Z0-9_/.-]*$/.test(value)
        ? null
        : 'IS only supports Mesos text and float values (see http://mesos.apache.org/documentation/latest/attributes-resources/)'
    default:
      return null
  }
}

function isInteger(text: string | undefined): boolean {
  return text !== undefined && /^[+-]?\d{1,10}$/.test(text) && Math.abs(Number(text)) <= 2147483647
}

/** Java's flavour: what only Java has (possessive quantifiers, inline flags, \Q…\E) is let through. */
function isRegularExpression(text: string): boolean {
  if (/[*+?}]\+|\(\?[a-z-]+[:)]|\\[QEAZzGh]|\(\?>|&&/.test(text)) return true
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}
