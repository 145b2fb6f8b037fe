import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'

/** A request as the server saw it. */
export interface Seen {
  method: string
  /** Path and query. */
  path: string
  headers: IncomingMessage['headers']
  body: string
}

export interface TestServer {
  port: number
  /** With `localhost` for TLS, as the certificate says, else `127.0.0.1`. */
  url: string
  seen: Seen[]
  close(): Promise<void>
}

export type Answering = (request: Seen, response: Parameters<RequestListener>[1]) => void | Promise<void>

/** A real HTTP server on a free port that notes what it was asked. */
export async function serve(answer: Answering, options: { tls?: boolean } = {}): Promise<TestServer> {
  const seen: Seen[] = []
  const listener: RequestListener = async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const one = { method: request.method!, path: request.url!, headers: request.headers, body }
    seen.push(one)
    await answer(one, response)
  }
  const server = options.tls
    ? createSecureServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, listener)
    : createServer(listener)
  return listen(server, seen, options.tls ? 'https://localhost' : 'http://127.0.0.1')
}

/** A bare TCP server, for answers that no HTTP server gives. */
export async function serveTcp(onConnection: (socket: Socket) => void): Promise<TestServer> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    for (const socket of sockets) socket.destroy()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { port, url: `http://127.0.0.1:${port}`, seen: [], close }
}

/** A JSON answer. */
export function sendJson(response: Parameters<RequestListener>[1], body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

async function listen(server: Server, seen: Seen[], base: string): Promise<TestServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { port, url: `${base}:${port}`, seen, close }
}

/** For `localhost`, signed by itself, valid until 2120. Guards nothing. */
export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBYDCCAQegAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCjSFQV1tYhHKTew
iZ4OKUE+Z5LDfqCpLP1wlhvgHgbOSdC7E15ODfp5Lkp63JSFwZW6a0JL/W83uAvg
Z5MBwaGjSDBGMBQGA1UdEQQNMAuCCWxvY2FsaG9zdDAPBgNVHRMBAf8EBTADAQH/
MB0GA1UdDgQWBBTSN4OskI4l25+0KTDqK1WvGnPNIDAKBggqhkjOPQQDAgNHADBE
AiAGGRQo6ql8AJ6MRWpys29nno5C7zkjNYw8FxhazRBvuQIgF7PLoJSZgfwVjOsB
cKtaSnJT0bCALQFViQPaE26S69k=
-----END CERTIFICATE-----
`

const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpJCIZurvZkPl5H7s
VBOm4qwJL6crYtGPYseiCmMnEkKhRANCAAQo0hUFdbWIRyk3sImeDilBPmeSw36g
qSz9cJYb4B4GzknQuxNeTg36eS5KetyUhcGVumtCS/1vN7gL4GeTAcGh
-----END PRIVATE KEY-----
`
