/**
 * What the cluster's services answer: only the fields that the program uses. Everything that some
 * version leaves out is optional. Source: Marathon 1.5 to 1.11, Mesos 1.11, dcos-net 1.3.
 */

export interface PortDefinition {
  port?: number
  name?: string
  /** `tcp`, `udp` or `tcp,udp` (older: `udp,tcp`). */
  protocol?: string
  labels?: Record<string, string>
}

export interface PortMapping {
  containerPort?: number
  /** Absent where the container's port has no port of the host. */
  hostPort?: number
  servicePort?: number
  name?: string
  protocol?: string
  labels?: Record<string, string>
  networkNames?: string[]
}

export interface AppTask {
  id: string
  appId?: string
  host?: string
  /** Host ports in the order of the declarations, those without a host port skipped. */
  ports?: number[]
  ipAddresses?: { ipAddress: string; protocol?: string }[]
  state?: string
  stagedAt?: string
  startedAt?: string
  version?: string
  slaveId?: string
  healthCheckResults?: { alive: boolean; instanceId?: string; lastFailureCause?: string }[]
}

export interface App {
  id: string
  cmd?: string | null
  args?: string[] | null
  instances?: number
  cpus?: number
  mem?: number
  env?: Record<string, unknown>
  labels?: Record<string, string>
  networks?: { mode?: string; name?: string; labels?: Record<string, string> }[]
  portDefinitions?: PortDefinition[]
  container?: {
    type?: string
    docker?: { image?: string; network?: string; portMappings?: PortMapping[] }
    portMappings?: PortMapping[]
  } | null
  healthChecks?: Record<string, unknown>[]
  version?: string
  versionInfo?: { lastScalingAt?: string; lastConfigChangeAt?: string }
  tasksStaged?: number
  tasksRunning?: number
  tasksHealthy?: number
  tasksUnhealthy?: number
  deployments?: { id: string }[]
  tasks?: AppTask[]
  lastTaskFailure?: { message?: string; state?: string; taskId?: string; timestamp?: string; host?: string }
}

export interface DeploymentAction {
  action?: string
  app?: string
  pod?: string
}

export interface Deployment {
  id: string
  version?: string
  affectedApps?: string[]
  affectedPods?: string[]
  steps?: { actions?: DeploymentAction[] }[]
  currentActions?: DeploymentAction[]
  /** Counted from 1; 0 just after acceptance. */
  currentStep?: number
  totalSteps?: number
}

/** What a change answers: the deployment that carries it out. */
export interface DeploymentResult {
  /** Null when the answer names none (an old Marathon, or nothing to do). */
  deploymentId: string | null
  version: string | null
}

export interface QueueItem {
  count?: number
  delay?: { timeLeftSeconds?: number; overdue?: boolean }
  since?: string
  app?: { id: string }
  pod?: { id: string }
  processedOffersSummary?: {
    processedOffersCount?: number
    unusedOffersCount?: number
    rejectSummaryLastOffers?: { reason: string; declined: number; processed: number }[]
  }
  lastUnusedOffers?: { offer?: { hostname?: string }; reason?: string[] }[]
}

export interface MarathonInfo {
  name?: string
  version?: string
  leader?: string
  frameworkId?: string
  marathon_config?: { default_network_name?: string | null; [option: string]: unknown }
}
