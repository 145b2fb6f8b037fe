import type { VipPlace } from '../domain/vip-report.js'
import type { Http } from './http.js'
import { arrayIn, objectIn } from './shape.js'

/** Where this machine reaches each VIP; null when the cluster is not the embedded one. */
export async function readLocalVips(http: Http): Promise<VipPlace[] | null> {
  const path = '/local/v1/vips'
  const answer = await http.json<unknown>(path, { allow: [404] })
  return answer === null ? null : arrayIn<VipPlace>(answer, null, path)
}

/** What the embedded cluster says of itself; null when the cluster is not the embedded one. */
export async function readLocalStatus<T extends object = Record<string, unknown>>(
  http: Http,
): Promise<T | null> {
  const path = '/local/v1/status'
  const answer = await http.json<unknown>(path, { allow: [404] })
  return answer === null ? null : objectIn<T>(answer, null, path)
}
