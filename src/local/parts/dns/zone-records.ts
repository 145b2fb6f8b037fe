/** Addresses of one name, in the order they are known. */
export interface AddressSet {
  a: string[]
  aaaa: string[]
}

/** The names of the cluster at this moment: lower case, complete, without a trailing dot. */
export interface ZoneRecords {
  /** Named VIPs, such as `my-app.marathon.l4lb.thisdcos.directory`. */
  vips: ReadonlyMap<string, AddressSet>
  /**
   * Tasks, such as `my-app.marathon.autoip.dcos.thisdcos.directory`, and the names of Mesos-DNS, which
   * end in `.mesos`.
   */
  tasks: ReadonlyMap<string, AddressSet>
}
