// What every mail platform must do. The test of each platform calls this.
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type {
  MailPlatform,
  ObservedMailbox,
  WantedMailbox,
} from '#server/mail/mail-platform/mail-platform.ts'
import { failsAs, wanting } from '#test/support/mail-platform/wanted-mailbox.ts'

export interface ContractSubject {
  readonly platform: MailPlatform
  stop(): Promise<void>
}

export interface ContractOptions {
  /** Domain of every address of the suite. */
  readonly domain?: string
  /** A password in the platform's format, different for each `seed`. */
  readonly passwordOf?: (seed: string) => string
  /** Mailboxes to list, more than one page holds. */
  readonly many?: number
  /** False if every mailbox of the platform has a main password. */
  readonly holdsNoPassword?: boolean
  /** Levels of the platform; others are applied as the next stricter one. */
  readonly suspensions?: readonly WantedMailbox['suspension'][]
}

function argon2idOf(seed: string): string {
  const digest = Buffer.from(seed.padEnd(32, '.')).toString('base64url')
  return `$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$${digest}`
}

/** Fields that a platform shows must be the wanted ones. */
function assertShows(seen: ObservedMailbox | undefined, wanted: WantedMailbox): void {
  assert.ok(seen, `${wanted.address} is there`)
  const shown = Object.entries(seen).filter(
    ([key, value]) => !['usedBytes', 'appPasswords'].includes(key) && value !== undefined,
  )
  const expected = { ...wanted, aliases: [...wanted.aliases].sort() } as Record<string, unknown>
  for (const [key, value] of shown) {
    assert.deepEqual(Array.isArray(value) ? [...value].sort() : value, expected[key], key)
  }
}

export function describeMailPlatform(
  name: string,
  start: () => Promise<ContractSubject>,
  options: ContractOptions = {},
): void {
  const { domain = 'postern.example', passwordOf = argon2idOf, many = 7, suspensions } = options

  const wantedFor = wanting(domain, passwordOf)

  describe(`mail platform ${name}`, () => {
    let subject: ContractSubject
    let platform: MailPlatform
    before(async () => {
      subject = await start()
      platform = subject.platform
    })
    after(() => subject?.stop())

    const addresses = async () => {
      const found: string[] = []
      for await (const mailbox of platform.list()) found.push(mailbox.address)
      return found.sort()
    }

    it('a new mailbox has everything that was wanted', async () => {
      const wanted = wantedFor('anna')
      assert.deepEqual(await platform.apply(wanted), { kind: 'applied', revision: 1 })
      assertShows(await platform.observe(wanted.address), wanted)
    })

    it('a repeated call changes nothing and makes no second mailbox there', async () => {
      const wanted = wantedFor('boris')
      await platform.apply(wanted)
      assert.deepEqual(await platform.apply(wanted), { kind: 'applied', revision: 1 })
      assertShows(await platform.observe(wanted.address), wanted)
      assert.equal((await addresses()).filter((each) => each === wanted.address).length, 1)
    })

    it('a newer revision replaces password, quota, aliases and suspension', async () => {
      const first = wantedFor('clara', { aliases: [`clara.one@${domain}`, `clara.two@${domain}`] })
      await platform.apply(first)
      const second: WantedMailbox = {
        ...first,
        revision: 2,
        password: passwordOf('clara-2'),
        suspension: suspensions?.at(-1) ?? 'send',
        suspensionReason: 'Suspended by the abuse desk',
        quotaBytes: 2_147_483_648,
        aliases: [`clara.two@${domain}`, `clara.three@${domain}`],
      }
      assert.deepEqual(await platform.apply(second), { kind: 'applied', revision: 2 })
      assertShows(await platform.observe(first.address), second)
    })

    it('an older revision that arrives late does not undo a newer one', async () => {
      const first = wantedFor('dmitri')
      const third = { ...first, revision: 3, password: passwordOf('dmitri-3') }
      await platform.apply(first)
      await platform.apply(third)
      assert.deepEqual(await platform.apply({ ...first, revision: 2 }), {
        kind: 'superseded',
        revision: 3,
      })
      assertShows(await platform.observe(first.address), third)
    })

    it('the newest of twelve revisions wins if they arrive at once and out of order', async () => {
      const base = wantedFor('emma')
      await platform.apply(base)
      const order = [7, 3, 12, 1, 9, 5, 11, 2, 8, 4, 10, 6]
      const revisions = order.map((revision) => ({
        ...base,
        revision,
        password: passwordOf(`emma-${revision}`),
      }))
      await Promise.all(revisions.map((each) => platform.apply(each)))
      assertShows(await platform.observe(base.address), revisions[2] as WantedMailbox)
    })

    it('every level of suspension is shown and lifted again', async () => {
      let wanted = wantedFor('fjodor')
      for (const suspension of suspensions ?? (['send', 'login', 'all', 'none'] as const)) {
        wanted = {
          ...wanted,
          revision: wanted.revision + 1,
          suspension,
          suspensionReason: 'Suspended by the abuse desk',
        }
        await platform.apply(wanted)
        assertShows(await platform.observe(wanted.address), wanted)
      }
    })

    it('an address of somebody else is refused, and both mailboxes stay as they are', async () => {
      const owner = wantedFor('greta', { aliases: [`g.schmidt@${domain}`] })
      const other = wantedFor('heinz')
      await platform.apply(owner)
      await platform.apply(other)
      const greedy = { ...other, revision: 2, aliases: [`g.schmidt@${domain}`] }
      await assert.rejects(platform.apply(greedy), failsAs('permanent'))
      await assert.rejects(platform.apply(wantedFor('greta')), failsAs('permanent'))
      assertShows(await platform.observe(owner.address), owner)
      assertShows(await platform.observe(other.address), other)
    })

    if (options.holdsNoPassword ?? true) {
      it('a mailbox can be without a main password', async () => {
        const wanted = wantedFor('ivan', { password: null, mainPasswordOpensMail: false })
        await platform.apply(wanted)
        assertShows(await platform.observe(wanted.address), wanted)
      })
    }

    it('app passwords are replaced as a whole, and an older list changes nothing', async () => {
      if (!platform.applyAppPasswords) return
      const { accountId, address } = wantedFor('apps')
      await platform.apply(wantedFor('apps', { accountId }))
      const password = {
        id: randomUUID(),
        services: ['imap', 'smtp'] as const,
        secretSha256: randomBytes(32),
        createdAt: new Date('2026-03-01T12:00:00Z'),
      }
      const write = (revision: number, ...passwords: (typeof password)[]) =>
        platform.applyAppPasswords?.({ accountId, address, revision, passwords })
      assert.deepEqual(await write(3, password), { kind: 'applied', revision: 3 })
      assert.deepEqual(await write(3, password), { kind: 'applied', revision: 3 })
      assert.deepEqual(await write(2), { kind: 'superseded', revision: 3 })
      assert.deepEqual(await write(4), { kind: 'applied', revision: 4 })
      const nobody = {
        accountId: randomUUID(),
        address: `nobody.apps@${domain}`,
        revision: 1,
        passwords: [password],
      }
      await assert.rejects(platform.applyAppPasswords(nobody), failsAs('retry'))
    })

    it('a mailbox can be removed twice, and one that never existed too', async () => {
      const wanted = wantedFor('jana')
      await platform.apply(wanted)
      await platform.remove(wanted)
      await platform.remove(wanted)
      await platform.remove(wantedFor('nobody'))
      assert.equal(await platform.observe(wanted.address), undefined)
      assert.ok(!(await addresses()).includes(wanted.address))
    })

    it('only a newer revision brings a removed mailbox back', async () => {
      const wanted = wantedFor('karl', { revision: 4 })
      await platform.apply(wanted)
      await platform.remove(wanted)
      assert.equal((await platform.apply(wanted)).kind, 'superseded')
      assert.equal(await platform.observe(wanted.address), undefined)
      const back = { ...wanted, revision: 5 }
      assert.deepEqual(await platform.apply(back), { kind: 'applied', revision: 5 })
      assertShows(await platform.observe(wanted.address), back)
    })

    it('sessions can be ended even if there are none', async () => {
      const wanted = wantedFor('lena')
      await platform.apply(wanted)
      await platform.endSessions(wanted.address)
      await platform.endSessions(`nobody@${domain}`)
    })

    it('a filter keeps its script byte for byte while it is switched off and on', async () => {
      const { filters } = platform
      if (!filters) return
      const { address } = wantedFor('filters')
      await platform.apply(wantedFor('filters'))
      const text = '# На возера ☀\r\nif header :is "subject" "a\\"b" {\n\n  discard;\r\n}'
      assert.deepEqual(await filters.list(address), [])
      await filters.deactivate(address)
      assert.equal(await filters.write(address, { name: 'мае правілы', text }), 'done')
      assert.equal(await filters.write(address, { name: 'мае правілы', text }), 'done')
      assert.deepEqual(await filters.list(address), [{ name: 'мае правілы', active: false }])
      for (const active of [true, true]) {
        assert.equal(await filters.activate(address, 'мае правілы'), 'done')
        assert.deepEqual(await filters.list(address), [{ name: 'мае правілы', active }])
        assert.equal(await filters.read(address, 'мае правілы'), text)
      }
      for (const active of [false, false]) {
        await filters.deactivate(address)
        assert.deepEqual(await filters.list(address), [{ name: 'мае правілы', active }])
        assert.equal(await filters.read(address, 'мае правілы'), text)
      }
      for (const _ of [1, 2]) await filters.remove(address, 'мае правілы')
      assert.deepEqual(await filters.list(address), [])
      assert.equal(await filters.read(address, 'мае правілы'), undefined)
      assert.equal(await filters.activate(address, 'мае правілы'), 'absent')
    })

    it('a mailbox that does not exist has no filters', async () => {
      const nobody = `nobody@${domain}`
      assert.deepEqual((await platform.filters?.list(nobody)) ?? [], [])
      await platform.filters?.deactivate(nobody)
      assert.equal(await platform.filters?.read(nobody, 'main'), undefined)
      await platform.filters?.remove(nobody, 'main')
    })

    it('an address without a mailbox is shown as an absent one', async () => {
      assert.equal(await platform.observe(`nobody@${domain}`), undefined)
    })

    it('the list shows each mailbox once over several pages', async () => {
      const wanted = Array.from({ length: many }, (_, index) => wantedFor(`page${index}`))
      for (const each of wanted) await platform.apply(each)
      const found = (await addresses()).filter((address) => address.startsWith('page'))
      assert.deepEqual(found, wanted.map((each) => each.address).sort())
    })
  })
}
