import { checkKind, checkPlace, readinessCheck } from './checks.js'
import { commandRequired, commandTooShort } from './command.js'
import { constraintCase, constraints } from './constraints.js'
import { dockerOnlyFields, dockerRequired, linuxInfo, pullConfigEngine } from './container.js'
import { artifactUris, environmentNames, secretsFeature } from './environment.js'
import {
  healthCheckCommand,
  healthCheckIpv6,
  healthCheckPort,
  mesosHealthCheckPort,
  singleMesosCheck,
} from './health-checks.js'
import { dependencyIds, reservedId, rootId } from './identity.js'
import { deprecatedForms, legacyPortsUnique, migrationFails, mixedForms } from './legacy-forms.js'
import { dockerSingleNetwork, networkCombination, networkNamesKnown } from './networks.js'
import {
  legacyPortNamesUnique,
  legacyPortRange,
  portNamesUnique,
  portNumbersUnique,
  unusedPorts,
} from './ports.js'
import type { Rule } from './rule.js'
import {
  acceptedRoles,
  gpus,
  residentApps,
  resourceLimits,
  singleInstance,
  unreachable,
} from './scheduling.js'
import { vipKey, vipOnApp } from './vip-key.js'
import { vipPlace, vipWithoutPort } from './vip-place.js'
import { vipSharedName } from './vip-shared-name.js'
import { vipMisread, vipName, vipPort } from './vip-value.js'
import { persistentVolumes, volumeNamesUnique } from './volumes.js'

/** Every rule about apps. A new rule is a new entry here and a file beside it. */
export const APP_RULES: readonly Rule[] = [
  rootId,
  reservedId,
  dependencyIds,
  commandRequired,
  commandTooShort,
  mixedForms,
  legacyPortsUnique,
  legacyPortNamesUnique,
  migrationFails,
  deprecatedForms,
  dockerRequired,
  dockerOnlyFields,
  pullConfigEngine,
  linuxInfo,
  persistentVolumes,
  volumeNamesUnique,
  networkCombination,
  dockerSingleNetwork,
  networkNamesKnown,
  portNamesUnique,
  portNumbersUnique,
  legacyPortRange,
  unusedPorts,
  healthCheckPort,
  mesosHealthCheckPort,
  healthCheckCommand,
  healthCheckIpv6,
  singleMesosCheck,
  readinessCheck,
  checkKind,
  checkPlace,
  constraints,
  constraintCase,
  environmentNames,
  secretsFeature,
  artifactUris,
  resourceLimits,
  gpus,
  unreachable,
  residentApps,
  singleInstance,
  acceptedRoles,
  vipPort,
  vipName,
  vipMisread,
  vipKey,
  vipOnApp,
  vipPlace,
  vipWithoutPort,
  vipSharedName,
]
