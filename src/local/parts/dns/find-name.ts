import type { AddressSet, ZoneRecords } from './zone-records.js'

/** What surrounds the records: where the cluster is. */
export interface ClusterNames {
  /** The address at which masters, this node and this name server are reached. */
  address: string
  /** Names under `<cluster id>.dcos.directory` are the cluster's own; without it there are none. */
  clusterId?: string
}

/** What is known about a name inside one of the zones. */
export interface FoundName {
  /** How many of the asked name's last labels are the zone. */
  zoneLabels: number
  /** Whether the name is the zone itself, which owns SOA and NS. */
  apex: boolean
  /** Null when the name does not exist. */
  addresses: AddressSet | null
  /** Of address records, seconds. */
  ttl: number
}

const DIRECTORY = 'thisdcos.directory'
const TTL = 5
/** Mesos-DNS answers with its own TTL. */
const MESOS_TTL = 60
/** Machines by role; a local cluster is one machine in all of them. */
const MESOS_MACHINES = new Set(['leader.mesos', 'master.mesos', 'master0.mesos', 'slave.mesos', 'ns1.mesos'])
const EMPTY: AddressSet = { a: [], aaaa: [] }

/**
 * Finds a name (lower case, no trailing dot) as dcos-net routes it: aliases are renamed first, then the
 * right-most labels choose the zone. Null when no zone is responsible.
 */
export function findName(asked: string, records: ZoneRecords, cluster: ClusterNames): FoundName | null {
  const name = canonicalName(asked, cluster.clusterId)
  const zone = zonesOf(records, cluster).find(({ apex }) => name === apex || name.endsWith(`.${apex}`))
  if (zone === undefined) return null
  const apex = name === zone.apex
  // A renamed name has the same labels in front of its zone as the asked one.
  const labelsInFront = labelCount(name) - labelCount(zone.apex)
  return {
    zoneLabels: labelCount(asked) - labelsInFront,
    apex,
    addresses: zone.find(name) ?? (apex ? EMPTY : null),
    ttl: zone.ttl,
  }
}

interface Zone {
  apex: string
  ttl: number
  find(name: string): AddressSet | undefined
}

function zonesOf(records: ZoneRecords, cluster: ClusterNames): Zone[] {
  const here = { a: [cluster.address], aaaa: [] }
  const only = (names: Record<string, AddressSet>) => (name: string) =>
    Object.hasOwn(names, name) ? names[name] : undefined
  const findMesos = (name: string) => (MESOS_MACHINES.has(name) ? here : records.tasks.get(name))
  const findTask = (name: string) =>
    only({ [`leader.dcos.${DIRECTORY}`]: here, [`master.dcos.${DIRECTORY}`]: here })(name) ??
    records.tasks.get(name)
  return [
    { apex: `l4lb.${DIRECTORY}`, ttl: TTL, find: (name) => records.vips.get(name) },
    { apex: `dcos.${DIRECTORY}`, ttl: TTL, find: findTask },
    // A copy of Mesos-DNS' records, served with the TTL of the cluster's own zones.
    {
      apex: `mesos.${DIRECTORY}`,
      ttl: TTL,
      find: (name) => findMesos(name.slice(0, -DIRECTORY.length - 1)),
    },
    {
      apex: `thisnode.${DIRECTORY}`,
      ttl: TTL,
      find: only({ [`thisnode.${DIRECTORY}`]: here, [`public.thisnode.${DIRECTORY}`]: here }),
    },
    { apex: 'mesos', ttl: MESOS_TTL, find: findMesos },
    {
      apex: 'spartan',
      ttl: TTL,
      find: only({ 'ready.spartan': { a: ['127.0.0.1'], aaaa: [] }, 'ns.spartan': here }),
    },
    { apex: 'localhost', ttl: TTL, find: only({ localhost: { a: ['127.0.0.1'], aaaa: [] } }) },
  ]
}

/**
 * The name an alias stands for: `thisdcos.global` and `<cluster id>.dcos.directory` are
 * `thisdcos.directory`, and `dclb` there is `l4lb`.
 */
function canonicalName(asked: string, clusterId: string | undefined): string {
  const own = clusterId === undefined ? [] : [`.${clusterId.toLowerCase()}.dcos.directory`]
  let name = asked
  for (const alias of ['.thisdcos.global', ...own]) {
    if (name.endsWith(alias)) name = `${name.slice(0, -alias.length)}.${DIRECTORY}`
  }
  return name.replace(/(^|\.)dclb\.thisdcos\.directory$/, `$1l4lb.${DIRECTORY}`)
}

function labelCount(name: string): number {
  return name.split('.').length
}
