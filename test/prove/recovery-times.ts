// The times of answers do not reveal which names exist.
import assert from 'node:assert/strict'
import { register } from '#test/support/people.ts'
import { startTestPortal, type TestPortal } from '#test/support/portal.ts'
import { equip, forgetLimits } from '#test/support/recovery/recovery.ts'
import { differ } from '#test/support/run/samples.ts'

export interface TimesOptions {
  /** Of the first name: everybody types them. */
  readonly phone: string
  readonly address: string
  readonly samples: number
}

const warmUp = 10

/**
 * Takes each step with each name in turn, and compares its times with those of the last name.
 * @param names by kind; the last one is nobody's
 * @returns the steps whose times differ
 */
export async function compareTimes(
  portal: TestPortal,
  names: Readonly<Record<string, string>>,
  { phone, address, samples }: TimesOptions,
): Promise<({ readonly step: string } & Record<string, unknown>)[]> {
  const kinds = Object.keys(names)
  const visitors = await Promise.all(
    kinds.map(async (kind) => {
      const visitor = portal.visitor()
      return { kind, visitor, _csrf: await visitor.token('/recover') }
    }),
  )
  const steps: readonly [string, string, (kind: string) => Record<string, string>][] = [
    ['login', '/recover', (kind) => ({ login: names[kind] ?? '' })],
    ['address', '/recover/backup-address', () => ({ address })],
    ['phone', '/recover/sms', () => ({ phone })],
    ['code', '/recover/sms/code', () => ({ code: '00000000' })],
    ['answer', '/recover/security-question', () => ({ answer: 'a wrong answer' })],
  ]
  const times = new Map<string, number[]>()
  for (let sample = -warmUp; sample < samples; sample++) {
    await forgetLimits(portal)
    // Each sample begins with another kind.
    for (let nth = 0; nth < kinds.length; nth++) {
      const { kind, visitor, _csrf } = visitors.at((sample + nth) % kinds.length) ?? assert.fail()
      for (const [step, path, fieldsOf] of steps) {
        const body = new URLSearchParams({ _csrf, ...fieldsOf(kind) }).toString()
        const begun = performance.now()
        const { status } = await visitor.send(path, body, {
          'content-type': 'application/x-www-form-urlencoded',
        })
        const took = performance.now() - begun
        assert.equal(status, ['code', 'answer'].includes(step) ? 422 : 303, step)
        const key = `${step} ${kind}`
        if (sample >= 0) times.set(key, [...(times.get(key) ?? []), took])
      }
    }
  }
  const nobody = kinds.at(-1)
  return steps.flatMap(([step]) =>
    kinds.slice(0, -1).flatMap((kind) => {
      const known = times.get(`${step} ${kind}`) ?? []
      const difference = differ(known, times.get(`${step} ${nobody}`) ?? [])
      return difference.apart ? [{ step, kind, ...difference }] : []
    }),
  )
}

export async function proveRecoveryTimes(samples: number): Promise<void> {
  const portal = await startTestPortal({
    worker: false,
    env: { LIMIT_RECOVERIES_PER_IP_HOUR: '10000000' },
  })
  try {
    const known = await equip(portal, 'known.name')
    const blocked = await equip(portal, 'blocked.name')
    await register(portal, { login: 'bare.name', password: known.password })
    const block = { blocked_at: portal.clock.now(), block_reason: 'proof' }
    await portal.db('accounts').where({ id: blocked.accountId }).update(block)
    const names = {
      known: 'known.name',
      blocked: 'blocked.name',
      bare: 'bare.name',
      unknown: 'nobody.name',
    }
    const apart = await compareTimes(portal, names, {
      phone: known.phone,
      address: known.address,
      samples,
    })
    assert.deepEqual(apart, [])
  } finally {
    await portal.stop()
  }
}
