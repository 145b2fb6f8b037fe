import assert from 'node:assert/strict'
import {
  HealthChecker,
  type HealthResult,
  type ResolvedCheck,
} from '../../../../src/local/kit/health-checker.js'
import type { ProbeResult } from '../../../../src/local/kit/health-probe.js'
import { FakeClock } from '../../../support/fake-clock.js'

const SECOND = 1000
const MARATHON: ResolvedCheck = {
  level: 'marathon',
  protocol: 'HTTP',
  grace: 0,
  interval: 10 * SECOND,
  timeout: 2 * SECOND,
  delay: 15 * SECOND,
  maxConsecutiveFailures: 3,
}
const MESOS: ResolvedCheck = { ...MARATHON, level: 'mesos', protocol: 'MESOS_HTTP' }

/** Runs a check against answers given as `+` and `-`, the last one repeating. */
function watch(check: ResolvedCheck, answers: string) {
  const clock = new FakeClock(1_000_000)
  const results: HealthResult[] = []
  const kills: string[] = []
  const probes: number[] = []
  const begin = clock.now()
  const checker = new HealthChecker({
    check,
    clock,
    probe: async () => {
      const ok = (answers[probes.length] ?? answers.at(-1)) === '+'
      probes.push(clock.now() - begin)
      return ok ? { ok, cause: '200 OK' } : { ok, cause: '503 Service Unavailable' }
    },
    onResult: (result) => results.push(result),
    onKill: (reason) => kills.push(`${(clock.now() - begin) / SECOND}: ${reason}`),
  })
  checker.start()
  return { clock, checker, results, kills, probes }
}

describe('HealthChecker', () => {
  const rounds: [string, ResolvedCheck, number[]][] = [
    ['Marathon starts after 5 s', MARATHON, [5, 15, 25]],
    ['Marathon starts after a shorter interval', { ...MARATHON, interval: 2 * SECOND }, [2, 4, 6]],
    ['Mesos starts after the delay', MESOS, [15, 25, 35]],
    ['Mesos starts at once without delay', { ...MESOS, delay: 0 }, [0, 10, 20]],
  ]
  for (const [title, check, seconds] of rounds) {
    it(title, async () => {
      const { clock, probes } = watch(check, '+')
      await clock.advance((seconds[2] ?? 0) * SECOND)
      assert.deepEqual(
        probes,
        seconds.map((s) => s * SECOND),
      )
    })
  }

  const verdicts: [string, ResolvedCheck, string, string][] = [
    ['Marathon kills at failure max + 1 and at each further one', MARATHON, '+-', 'kill at 5 6 7'],
    ['Marathon never kills with max 0', { ...MARATHON, maxConsecutiveFailures: 0 }, '-', 'kill at'],
    ['Marathon counts anew after a success', MARATHON, '---+---+---+', 'kill at'],
    ['Marathon forgives failures in the grace period', { ...MARATHON, grace: 26 * SECOND }, '-', 'kill at 7'],
    ['grace is over with the first success', { ...MARATHON, grace: 900 * SECOND }, '+-', 'kill at 5 6 7'],
    ['Mesos kills at failure max', MESOS, '+---+', 'kill at 4'],
    [
      'Mesos kills at the first failure with max 0',
      { ...MESOS, maxConsecutiveFailures: 0 },
      '+-+',
      'kill at 2',
    ],
    ['Mesos forgives failures in the grace period', { ...MESOS, grace: 25 * SECOND }, '-', 'kill at 5 6 7'],
  ]
  for (const [title, check, answers, expected] of verdicts) {
    it(title, async () => {
      const { clock, kills, probes } = watch(check, answers)
      const killedAt: number[] = []
      while (probes.length < Math.max(7, answers.length)) {
        const before = kills.length
        const round = probes.length
        while (probes.length === round) await clock.advance(SECOND)
        if (kills.length > before) killedAt.push(probes.length)
      }
      assert.equal(['kill at', ...killedAt.filter((n) => n <= 7)].join(' '), expected)
    })
  }

  it('tells what it knows after each probe', async () => {
    const { clock, results } = watch({ ...MARATHON, grace: 10 * SECOND }, '-+-')
    await clock.advance(25 * SECOND)
    const [first, second, third] = results
    assert.deepEqual(
      [first?.alive, first?.counted, first?.consecutiveFailures, first?.lastFailure, first?.cause],
      [false, false, 0, undefined, '503 Service Unavailable'],
    )
    assert.deepEqual(
      [second?.alive, second?.counted, second?.firstSuccess, second?.lastSuccess],
      [true, true, 1_015_000, 1_015_000],
    )
    assert.deepEqual(
      [third?.alive, third?.counted, third?.consecutiveFailures, third?.lastFailure, third?.firstSuccess],
      [false, true, 1, 1_025_000, 1_015_000],
    )
  })

  it('takes a probe that throws as a failure', async () => {
    const clock = new FakeClock()
    const results: HealthResult[] = []
    const probe = () => Promise.reject(new Error('no such task'))
    const onKill = () => {}
    const checker = new HealthChecker({
      check: MARATHON,
      clock,
      probe,
      onResult: (r) => results.push(r),
      onKill,
    })
    checker.start()
    await clock.advance(5 * SECOND)
    assert.deepEqual([results[0]?.alive, results[0]?.cause], [false, 'no such task'])
  })

  it('is silent once stopped, ends the probe on its way and leaves no alarm behind', async () => {
    const clock = new FakeClock()
    let answer = (_: ProbeResult) => {}
    const signals: AbortSignal[] = []
    const results: HealthResult[] = []
    const checker = new HealthChecker({
      check: MESOS,
      clock,
      probe: (timeoutMs, signal) => {
        assert.equal(timeoutMs, 2000)
        signals.push(signal)
        return new Promise((resolve) => {
          answer = resolve
        })
      },
      onResult: (result) => results.push(result),
      onKill: () => assert.fail('killed'),
    })
    checker.start()
    await clock.advance(15 * SECOND)
    checker.stop()
    assert.equal(signals[0]?.aborted, true)
    answer({ ok: false, cause: 'late' })
    await clock.advance(100 * SECOND)
    assert.deepEqual([results, signals.length, clock.pending], [[], 1, 0])
  })

  it('never has two probes of one check on their way', async () => {
    const clock = new FakeClock()
    let running = 0
    let most = 0
    const probe = async () => {
      most = Math.max(most, ++running)
      await clock.sleep(25 * SECOND)
      running--
      return { ok: true, cause: '' }
    }
    const checker = new HealthChecker({ check: MARATHON, clock, probe, onResult: () => {}, onKill: () => {} })
    checker.start()
    await clock.advance(200 * SECOND)
    checker.stop()
    assert.equal(most, 1)
  })
})
