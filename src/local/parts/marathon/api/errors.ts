/** An answer of the API that is an error: status and the body Marathon sends with it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: Record<string, unknown> & { message: string },
  ) {
    super(body.message)
  }
}

/** 422 or 400 with Marathon's list of places and texts. */
export class InvalidError extends ApiError {
  constructor(message: string, details: { path: string; errors: string[] }[]) {
    super(422, { message, details })
  }
}

/** 404 as a handler gives it, `details` included (Marathon ≥ 1.9.100). */
export class NotFoundError extends ApiError {
  constructor(message: string) {
    super(404, { message, details: [] })
  }
}

/** 409: a running deployment holds one of the apps. */
export class LockedError extends ApiError {
  constructor(deployments: string[]) {
    super(409, {
      message:
        "App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
      deployments: deployments.map((id) => ({ id })),
    })
  }
}

/** 404 as it is raised inside an update: no `details`. */
export function appNotFound(id: string): ApiError {
  return new ApiError(404, { message: `App '${id}' does not exist` })
}

/** 405: the path exists, but not for this method. */
export function methodNotAllowed(): ApiError {
  return new ApiError(405, { message: 'Method Not Allowed' })
}
