/** The userspace engine alone in a process, forwarding one VIP to the backend port given as argument. */
import { UserspaceEngine } from '../src/local/parts/l4lb/userspace-engine.js'

const backends = [{ ip: '127.0.0.1', port: Number(process.argv[2]), weight: 1 as const }]
const vip = { id: 'bench', protocol: 'tcp' as const, ip: '11.7.7.7', port: 17_777, backends }
const engine = new UserspaceEngine()
await engine.apply({ add: [vip], change: [], remove: [] })
process.send?.(engine.connections().get('bench'))
process.on('message', () => process.send?.({ rss: process.memoryUsage().rss }))
process.on('disconnect', () => process.exit())
