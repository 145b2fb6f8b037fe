import type { NetRecord, NetVip } from '../domain/vip-report.js'
import type { Http } from './http.js'
import { arrayIn } from './shape.js'

/**
 * dcos-net's VIP table, null where the cluster has no such route (DC/OS before 1.13). One element a
 * key, so an address may appear twice; weight, health and virtual IP are not told.
 */
export async function readNetVips(http: Http): Promise<NetVip[] | null> {
  return readList<NetVip>(http, '/net/v1/vips')
}

/** The records of the cluster's own zones (A, AAAA, SRV), null where the cluster has no such route. */
export async function readNetRecords(http: Http): Promise<NetRecord[] | null> {
  return readList<NetRecord>(http, '/net/v1/records')
}

async function readList<T>(http: Http, path: string): Promise<T[] | null> {
  const answer = await http.json<unknown>(path, { allow: [404] })
  return answer === null ? null : arrayIn<T>(answer, null, path)
}
