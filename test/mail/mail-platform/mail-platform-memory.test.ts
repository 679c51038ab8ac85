import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlatformError } from '#server/mail/mail-platform/mail-platform.ts'
import { createMemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import { describeMailPlatform } from '#test/contracts/mail-platform.ts'
import { wanting } from '#test/support/mail-platform/wanted-mailbox.ts'

describeMailPlatform('memory', async () => ({
  platform: createMemoryPlatform(),
  stop: async () => {},
}))

const wanted = wanting('postern.example', () => 'phc')('anna')

test('a call with a lost answer is carried out, a refused call is not', async () => {
  const platform = createMemoryPlatform()
  platform.next(
    'apply',
    { kind: 'fail', error: new PlatformError('retry', 'busy') },
    { kind: 'lose-answer' },
  )
  await assert.rejects(platform.apply(wanted), { kind: 'retry' })
  assert.equal(await platform.observe(wanted.address), undefined)
  await assert.rejects(platform.apply(wanted), { kind: 'unknown' })
  assert.equal((await platform.observe(wanted.address))?.revision, 1)
  assert.deepEqual(await platform.apply(wanted), { kind: 'applied', revision: 1 })
})

test('a call that arrives twice makes only one mailbox', async () => {
  const platform = createMemoryPlatform()
  platform.next('apply', { kind: 'twice' })
  await platform.apply(wanted)
  const found: string[] = []
  for await (const { address } of platform.list()) found.push(address)
  assert.deepEqual(found, [wanted.address])
})
