// Asks an HTTP service several times, each time over a new connection, and counts its different answers:
//   dcos local exec -- node examples/ask.mjs http://web.marathon.l4lb.thisdcos.directory:5555 10
import { get } from 'node:http'

const [url, times = '10'] = process.argv.slice(2)
const answers = new Map()
for (let i = 0; i < Number(times); i++) {
  const answer = await ask(url)
  answers.set(answer, (answers.get(answer) ?? 0) + 1)
}
for (const [answer, count] of [...answers].sort()) console.log(`${String(count).padStart(4)} × ${answer}`)

function ask(address) {
  return new Promise((resolve, reject) => {
    get(address, { agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve(text.trim()))
      response.on('error', reject)
    }).on('error', reject)
  })
}
