// A proof from before a recovery, a change of the password or a block has no effect after it. Each
// request is paused once it has its proof, the other act is finished, and the request goes on.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runCommand } from '#server/cli/portal.ts'
import { msPerHour } from '#server/core/durations.ts'
import { StaleProof } from '#server/core/faults.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { keyedAnswer, normalizeAnswer } from '#server/core/passwords/secret-answer.ts'
import { liftMeasure, takeMeasure } from '#server/desk/measures/take-measure.ts'
import { removeBackupAddress } from '#server/recovery/backup-address/store.ts'
import { notifyOwner } from '#server/recovery/contacts/notify-owner.ts'
import { findPhone, removePhone } from '#server/recovery/phone/store.ts'
import { applyReset } from '#server/recovery/reset/apply-reset.ts'
import { describeUndo, undoChange } from '#server/recovery/undo/undo-change.ts'
import { blockAccount, proofNow, unblockAccount, underLock } from '#test/support/account-lock.ts'
import { enrolStaff, giveRole, readSecret } from '#test/support/desk/staff.ts'
import { accountIdOf, register, signIn } from '#test/support/people.ts'
import { doJobs, writtenMessages } from '#test/support/recovery/by-hand.ts'
import { type HeldAnswer, holdAtHash, holdForm } from '#test/support/recovery/held.ts'
import {
  begin,
  type Equipped,
  equip,
  forgetLimits,
  setPassword,
} from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const fresh = 'a new and longer sentence'
const client = { device: 'Firefox, Linux', place: 'Minsk, BY' }

const portal = usePortal({
  freshLimits: true,
  worker: false,
  env: { LIMIT_SMS_WAIT_SECONDS: '0.01' },
})

const now = () => portal.clock.now()
const verifierOf = async (password: string) => ({
  plain: password,
  verifier: await portal.parts.hasher.hash(password),
})

async function reset(
  person: Equipped,
  provenBy: 'phone' | 'backup-address' | 'security-question',
): Promise<void> {
  const password = await verifierOf(`${fresh} by ${provenBy}`)
  const weak = provenBy === 'security-question'
  await underLock(portal.db, person.accountId, (trx) =>
    applyReset(trx, portal.parts, {
      accountId: person.accountId,
      provenBy,
      weak,
      password,
      at: now(),
      client,
    }),
  )
}

/** A link "this was not me" that the phone got. */
async function linkToPhone({ accountId, phone }: Equipped): Promise<string> {
  const notice = {
    accountId,
    name: 'password-changed',
    params: {},
    change: 'password.changed',
  } as const
  await underLock(portal.db, accountId, (trx) =>
    notifyOwner(trx, portal.parts, { ...notice, at: now(), client }),
  )
  const written = (await writtenMessages(portal.db, portal.keyring)).filter(
    ({ to }) => to === phone,
  )
  return written.at(-1)?.params.undoToken ?? assert.fail('no link')
}

const useLink = (token: string) =>
  undoChange(portal.parts, token, { locale: 'en', client }, () => hashToken(newToken()))

async function operator(...words: string[]): Promise<void> {
  const { databaseUrl, secretKeys } = portal.settings
  const outcome = await runCommand(words, {
    DATABASE_URL: databaseUrl,
    SECRET_KEYS: secretKeys.join(),
    ARGON2_MEMORY_KIB: '64',
    ARGON2_PASSES: '1',
  })
  assert.equal(outcome.status, 0, outcome.text)
}

interface Act {
  readonly name: string
  /** Runs before the request is paused. */
  readonly prepare: (person: Equipped) => Promise<() => Promise<unknown>>
}

const acts: readonly Act[] = [
  ...(['phone', 'backup-address', 'security-question'] as const).map((method) => ({
    name: `a reset by ${method}`,
    prepare: async (person: Equipped) => () => reset(person, method),
  })),
  {
    name: 'a change of the password in another browser',
    prepare: async (person) => {
      const other = await signIn(portal, person)
      return async () => {
        const changed = await other.post('/account/password', { password: fresh })
        assert.equal(changed.location, '/account', changed.errors.join())
        assert.equal((await other.get('/account')).status, 200, 'its own browser stays signed in')
      }
    },
  },
  {
    name: 'an undo from a contact',
    prepare: async (person) => {
      const token = await linkToPhone(person)
      return async () => assert.deepEqual(await useLink(token), { kind: 'new-password' })
    },
  },
  {
    name: 'a block and an unblock by the operator',
    prepare:
      async ({ login }) =>
      async () => {
        await operator('account', 'block', login)
        await operator('account', 'unblock', login)
      },
  },
  {
    name: 'the end of all sessions by the operator',
    prepare:
      async ({ login }) =>
      () =>
        operator('account', 'end-sessions', login),
  },
  {
    name: 'the end of all sessions by support',
    prepare: async ({ accountId }) => {
      const { visitor } = await enrolStaff(portal, `clerk${accountId.slice(0, 6)}`, 'support')
      const page = `/staff/accounts/${accountId}`
      return async () =>
        assert.equal(
          (await visitor.post(`${page}/end-sessions`, {}, { from: page })).location,
          page,
        )
    },
  },
  {
    name: 'a measure of the abuse desk that demands a new password',
    prepare: async ({ accountId }) => {
      const staff = `analyst${accountId.slice(0, 6)}`
      await register(portal, { login: staff, password: 'forty storks over the marsh' })
      const by = { staffId: await accountIdOf(portal, staff), right: 'senior' } as const
      const wanted = {
        accountId,
        caseId: null,
        measure: 'compromised',
        cause: 'compromised',
        until: null,
      } as const
      return async () =>
        assert.equal((await takeMeasure(portal.parts.desk, wanted, by)).kind, 'taken')
    },
  },
  {
    name: 'a block by the abuse desk that is lifted again',
    prepare: async ({ accountId }) => {
      const staff = `senior${accountId.slice(0, 6)}`
      await register(portal, { login: staff, password: 'forty storks over the marsh' })
      const by = { staffId: await accountIdOf(portal, staff), right: 'senior' } as const
      return async () => {
        const wanted = {
          accountId,
          caseId: null,
          measure: 'block',
          cause: 'spam',
          until: null,
        } as const
        const taken = await takeMeasure(portal.parts.desk, wanted, by)
        assert.ok(taken.kind === 'taken')
        assert.deepEqual(await liftMeasure(portal.parts.desk, taken.measure.id, by), {
          kind: 'lifted',
        })
      }
    },
  },
]

/** All rows of the account as text by table, without counters of tries. */
async function keptOf(accountId: string): Promise<Record<string, string>> {
  const { rows } = await portal.db.raw<{ rows: { name: string; key: string }[] }>(
    `select c.table_name as name, c.column_name as key from information_schema.columns c
     join information_schema.tables t
       on t.table_schema = c.table_schema and t.table_name = c.table_name
     where t.table_schema = 'public' and t.table_type = 'BASE TABLE'
       and (c.column_name = 'account_id' or (c.table_name = 'accounts' and c.column_name = 'id'))`,
  )
  const kept: Record<string, string> = {}
  for (const { name, key } of rows) {
    const found = await portal.db(name).where({ [key]: accountId })
    kept[name] = found
      .map((row) => JSON.stringify({ ...row, tries: undefined }))
      .sort()
      .join('\n')
  }
  const [messages] = await portal.db('messages').count('* as count')
  return { ...kept, messages: String(messages?.count) }
}

/** @param seen tables to leave out: they only note when a browser was seen */
async function changedSince(
  kept: Record<string, string>,
  accountId: string,
  seen: readonly string[] = [],
) {
  const later = await keptOf(accountId)
  return Object.keys(kept).filter((table) => kept[table] !== later[table] && !seen.includes(table))
}

async function leadsToSignIn(
  visitor: Visitor,
  { path, status, location, html }: HeldAnswer,
): Promise<void> {
  const said = /data-error="[^"]+"/.exec(html)?.[0] ?? ''
  assert.equal(status, 303, `${path} ${said}`)
  if (location?.startsWith('/sign-in')) return
  assert.match(
    (await visitor.get(location ?? '/')).location ?? '',
    /^\/sign-in/,
    `${path} → ${location}`,
  )
}

const digestOf = (visitor: Visitor) =>
  hashToken(
    decodeURIComponent(visitor.cookies.get('session') ?? '')
      .replace(/^s:/, '')
      .split('.')[0] ?? '',
  )

const keyed = (answer: string) =>
  keyedAnswer(portal.keyring, normalizeAnswer(answer)) ?? assert.fail('a weak answer')

const codeTo = async (to: string) => {
  const written = (await writtenMessages(portal.db, portal.keyring)).filter(
    (each) => each.to === to,
  )
  return written.at(-1)?.params.code ?? assert.fail(`no code to ${to}`)
}

/** Every form of the account's own pages that changes something, filled in. */
async function formsOf(
  person: Equipped,
  visitor: Visitor,
): Promise<(readonly [string, Record<string, string>])[]> {
  const [phone, address] = [`+37533${person.phone.slice(-7)}`, `new.${person.address}`]
  await visitor.post('/account/recovery/phone', { phone })
  await visitor.post('/account/recovery/backup-address', { address })
  await visitor.post('/account/app-passwords/new', { name: 'Phone', imap: 'on' })
  const { id: appPassword } = await portal
    .db('app_passwords')
    .where({ account_id: person.accountId })
    .first('id')
  await signIn(portal, person)
  const { public_id: session } = await portal
    .db('sessions')
    .where({ account_id: person.accountId })
    .orderBy('signed_in_at', 'desc')
    .first('public_id')
  const methods = '/account/recovery'
  return [
    [`${methods}/phone/confirm`, { code: await codeTo(phone) }],
    [`${methods}/backup-address/confirm`, { code: await codeTo(address) }],
    [`${methods}/phone/confirm/again`, {}],
    [`${methods}/backup-address/confirm/again`, {}],
    [`${methods}/phone`, { phone: `+37544${person.phone.slice(-7)}` }],
    [`${methods}/backup-address`, { address: `other.${person.address}` }],
    [`${methods}/security-question`, { question: 'first-job', answer: 'гарбарня на Нямізе' }],
    [`${methods}/phone/remove`, {}],
    [`${methods}/backup-address/remove`, {}],
    [`${methods}/security-question/remove`, {}],
    ['/account/app-passwords/new', { name: 'Tablet', imap: 'on' }],
    [`/account/app-passwords/${appPassword}/revoke`, {}],
    [`/account/app-passwords/${appPassword}/keep`, {}],
    ['/account/app-passwords/revoke-all', {}],
    [`/account/sessions/${session}/end`, {}],
    ['/account/sessions/end-others', {}],
    ['/account/waiting-password/stop', {}],
    ['/account/password', { password: `${fresh} of a stranger` }],
  ]
}

/** A browser whose recovery is proven by the answer. */
async function provenByAnswer(person: Equipped): Promise<Visitor> {
  const visitor = await begin(portal, person.login)
  const { answer } = person
  const proven = await visitor.post('/recover/security-question', { answer })
  assert.equal(proven.location, '/recover/new-password')
  return visitor
}

/** Recoveries in all states: proven, being hashed, with a link and a code, and with a late code. */
async function beginRecoveries(person: Equipped) {
  const { login, phone, address, answer } = person
  const [hashing, proven] = [await provenByAnswer(person), await provenByAnswer(person)]
  const asked = await begin(portal, login)
  await asked.post('/recover/sms', { phone })
  await asked.post('/recover/backup-address', { address })
  await doJobs(portal.db, portal.tasks, 'phone:send-recovery-code')
  await doJobs(portal.db, portal.tasks, 'backup-address:send-recovery-link')
  const code = await codeTo(phone)
  const written = await writtenMessages(portal.db, portal.keyring)
  const letter = written.findLast(({ to }) => to === address)
  const link = letter?.params.token ?? assert.fail('no link')
  const late = await begin(portal, login)
  // Two codes have a wait between them.
  await forgetLimits(portal)
  assert.equal((await late.post('/recover/sms', { phone })).status, 303)
  const judging = await begin(portal, login)
  const answering = await holdAtHash(portal, keyed(answer), () =>
    judging.post('/recover/security-question', { answer }),
  )
  const hashed = `${fresh} being hashed`
  const setting = await holdAtHash(portal, hashed, () => setPassword(hashing, hashed))
  return { proven, asked, code, link, answering, setting }
}

type BegunRecoveries = Awaited<ReturnType<typeof beginRecoveries>>

async function endsProvenFlows({ proven, answering, setting }: BegunRecoveries): Promise<void> {
  const hashed = await setting.letGo()
  assert.deepEqual([hashed.status, hashed.location], [303, '/recover'], 'being hashed')
  const tried = await proven.post(
    '/recover/new-password',
    { password: fresh },
    { from: '/recover' },
  )
  assert.deepEqual([tried.status, tried.location], [303, '/recover'], 'proven')
  const judged = await answering.letGo()
  assert.deepEqual([judged.status, judged.errors], [422, ['answer.wrong']])
}

/** Flows that were not proven go on as decoys, in which a right proof counts as wrong. */
async function endsLinksAndCodes({ asked, code, link }: BegunRecoveries): Promise<void> {
  const typed = await asked.post('/recover/sms/code', { code }, { from: '/recover/sms/code' })
  assert.deepEqual([typed.status, typed.errors], [422, ['code.wrong']])
  const opened = await portal.visitor().get(`/recover/link/${link}`)
  assert.deepEqual([opened.page, opened.errors], ['recover-link', ['link.dead']])
}

async function sendsNoLateCode(): Promise<void> {
  const written = await writtenMessages(portal.db, portal.keyring)
  assert.equal(await doJobs(portal.db, portal.tasks, 'phone:send-recovery-code'), 1)
  const sent = (await writtenMessages(portal.db, portal.keyring)).slice(written.length)
  const receivers = sent.map(({ to }) => to)
  assert.deepEqual(receivers, [null], 'a code of an earlier epoch is sent to nobody')
}

const verifierNow = async ({ accountId }: Equipped): Promise<string> =>
  (await portal.db('accounts').where({ id: accountId }).first()).password_verifier

describe('a new epoch', () => {
  for (const { name, prepare } of acts) {
    it(`${name} ends every form of a session that is under way`, async () => {
      const person = await equip(portal)
      const visitor = person.browser
      const act = await prepare(person)
      const forms = await formsOf(person, visitor)
      await forgetLimits(portal)
      const token = await visitor.token('/account')
      const held = []
      for (const [path, fields] of forms)
        held.push(await holdForm(portal, visitor, path, fields, token))
      await act()
      const kept = await keptOf(person.accountId)
      for (const each of held) await leadsToSignIn(visitor, await each.letGo())
      assert.deepEqual(await changedSince(kept, person.accountId), [])
    })

    it(`${name} ends sign-ins, passwords and answers that are being hashed`, async () => {
      const person = await equip(portal)
      const visitor = person.browser
      const act = await prepare(person)
      const [password, answer] = ['a password being hashed', 'гарбарня на Нямізе']
      const ofSession = [
        await holdAtHash(portal, password, () => visitor.post('/account/password', { password })),
        await holdAtHash(portal, keyed(answer), () =>
          visitor.post('/account/recovery/security-question', { question: 'first-job', answer }),
        ),
      ]
      const [stranger, known] = [portal.visitor(), portal.visitor()]
      await signIn(portal, person, known)
      known.cookies.delete('session')
      const signIns = []
      for (const each of [stranger, known])
        signIns.push(
          await holdAtHash(portal, person.password, () =>
            each.post('/sign-in', { login: person.login, password: person.password, next: '' }),
          ),
        )
      const typedAgain = await holdAtHash(portal, person.password, () =>
        visitor.post('/account/confirm-password', { password: person.password }),
      )
      await act()
      const kept = await keptOf(person.accountId)
      for (const [nth, each] of signIns.entries()) {
        const answer = await each.letGo()
        assert.deepEqual([answer.status, answer.location], [303, '/sign-in'], `${nth}`)
        assert.deepEqual(
          await changedSince(kept, person.accountId, ['known_devices']),
          [],
          `sign-in ${nth}`,
        )
      }
      for (const each of [stranger, known])
        assert.match(
          (await each.get('/account')).location ?? '',
          /^\/sign-in/,
          'nobody is signed in by it',
        )
      for (const each of [...ofSession, typedAgain]) {
        const { status, location, html } = await each.letGo()
        await leadsToSignIn(visitor, { path: 'hashed', status, location, html })
        assert.deepEqual(await changedSince(kept, person.accountId, ['known_devices']), [])
      }
    })

    it(`${name} ends recovery flows, links, codes and a waiting password`, async () => {
      const person = await equip(portal)
      const act = await prepare(person)
      const begun = await beginRecoveries(person)
      await act()
      const before = await verifierNow(person)
      await endsProvenFlows(begun)
      await endsLinksAndCodes(begun)
      await sendsNoLateCode()
      assert.equal(await verifierNow(person), before)
    })
  }
})

describe('an ended session', () => {
  it('a session that its owner ended changes nothing, even in the same epoch', async () => {
    const person = await equip(portal)
    const stranger = await signIn(portal, person)
    const forms = await formsOf(person, stranger)
    await forgetLimits(portal)
    const token = await stranger.token('/account')
    const held = []
    for (const [path, fields] of forms)
      held.push(await holdForm(portal, stranger, path, fields, token))
    const list = await person.browser.get('/account/sessions')
    const { public_id: id } = await portal
      .db('sessions')
      .where({ id_digest: digestOf(stranger) })
      .first('public_id')
    assert.ok(list.html.includes(id))
    const ended = await person.browser.post(
      `/account/sessions/${id}/end`,
      {},
      { from: '/account/sessions' },
    )
    assert.equal(ended.location, '/account/sessions')
    const kept = await keptOf(person.accountId)
    for (const each of held) await leadsToSignIn(stranger, await each.letGo())
    assert.deepEqual(await changedSince(kept, person.accountId), [])
    assert.equal((await person.browser.get('/account')).status, 200)
  })

  it('an ended session of staff takes and lifts no measure, and ends no sessions', async () => {
    const staff = await enrolStaff(portal, 'celia.senior', 'senior', 'support')
    const other = await enrolStaff(portal, 'bela.senior', 'senior')
    const person = await equip(portal)
    const { desk } = portal.parts
    const wanted = {
      accountId: person.accountId,
      caseId: null,
      cause: 'spam',
      until: null,
    } as const
    const taken = await takeMeasure(
      desk,
      { ...wanted, measure: 'suspend-sending' },
      { staffId: other.id, right: 'senior' },
    )
    assert.ok(taken.kind === 'taken')
    const token = await staff.visitor.token('/account')
    const held = []
    for (const path of [
      `/staff/measures/${taken.measure.id}/lift`,
      `/staff/accounts/${person.accountId}/end-sessions`,
    ])
      held.push(await holdForm(portal, staff.visitor, path, {}, token))
    const proof = { ...(await proofNow(portal.db, staff.id)), session: digestOf(staff.visitor) }
    await operator('account', 'end-sessions', staff.login)
    const kept = await keptOf(person.accountId)
    for (const each of held) await leadsToSignIn(staff.visitor, await each.letGo())
    const by = { staffId: staff.id, proof, right: 'senior' } as const
    await assert.rejects(takeMeasure(desk, { ...wanted, measure: 'block' }, by), StaleProof)
    await assert.rejects(liftMeasure(desk, taken.measure.id, by), StaleProof)
    assert.deepEqual(await changedSince(kept, person.accountId), [])
  })

  it('a new password replaces an authenticator secret that a stranger saw', async () => {
    const login = 'new.of.staff'
    const stranger = await register(portal, { login, password: 'forty storks over the marsh' })
    const id = await giveRole(portal, login, 'analyst')
    const seen = readSecret((await stranger.get('/staff/door/enrol')).html)
    assert.match(seen, /^[A-Z2-7]{16,}$/)
    assert.equal(
      readSecret((await stranger.get('/staff/door/enrol')).html),
      seen,
      'it is the same until then',
    )
    const password = await verifierOf(fresh)
    await underLock(portal.db, id, (trx) =>
      applyReset(trx, portal.parts, {
        accountId: id,
        provenBy: 'phone',
        weak: false,
        password,
        at: now(),
        client,
      }),
    )
    const owner = await signIn(portal, { login, password: fresh })
    assert.notEqual(readSecret((await owner.get('/staff/door/enrol')).html), seen)
  })
})

describe('a link "this was not me"', () => {
  it('an undo link does nothing if the owner changes the password meanwhile', async () => {
    const person = await equip(portal)
    const token = await linkToPhone(person)
    const other = await signIn(portal, person)
    const visitor = portal.visitor()
    const { hasher } = portal.parts
    const { hash } = hasher
    let letGo = () => {}
    const free = new Promise<void>((done) => {
      letGo = done
    })
    let isMet = () => {}
    const met = new Promise<void>((done) => {
      isMet = done
    })
    // The first password that is hashed is the random one that replaces the disputed one.
    Object.assign(hasher, {
      hash: async (password: string) => {
        Object.assign(hasher, { hash })
        const made = await hash(password)
        isMet()
        await free
        return made
      },
    })
    const using = visitor.post(`/undo/${token}`, {})
    await met
    assert.equal((await other.post('/account/password', { password: fresh })).location, '/account')
    const kept = await keptOf(person.accountId)
    letGo()
    const answer = await using
    assert.deepEqual([answer.status, answer.errors], [422, ['link.dead']])
    assert.deepEqual(await changedSince(kept, person.accountId), [])
    assert.equal(visitor.cookies.has('recovery'), false)
    assert.equal((await other.get('/account')).status, 200)
  })

  it('the link of a "new device" letter in the mailbox gives nobody a new password', async () => {
    const person = await equip(portal)
    await signIn(portal, person)
    const letter = (await writtenMessages(portal.db, portal.keyring))
      .filter(({ to, name }) => to === person.mailbox && name === 'new-device')
      .at(-1)
    const token = letter?.params.undoToken ?? assert.fail('no link')
    const power = async () => (await describeUndo(portal.parts, token))?.power
    assert.equal(await power(), 'end-sessions')
    await reset(person, 'phone')
    assert.equal(await power(), undefined)
    assert.deepEqual(await useLink(token), { kind: 'dead' })
  })

  it('the link of a "phone linked" letter in the mailbox takes no contact away', async () => {
    const person = await equip(portal)
    const { phone, accountId } = person
    await underLock(portal.db, accountId, async (trx) => {
      await removePhone(trx, portal.keyring, accountId)
      await removeBackupAddress(trx, portal.keyring, accountId)
    })
    await person.browser.post('/account/recovery/phone', { phone })
    await person.browser.post('/account/recovery/phone/confirm', { code: await codeTo(phone) })
    const letter = (await writtenMessages(portal.db, portal.keyring))
      .filter(({ to, name }) => to === person.mailbox && name === 'recovery-method-added')
      .at(-1)
    const token = letter?.params.undoToken ?? assert.fail('no link')
    const { password_verifier } = await portal.db('accounts').where({ id: accountId }).first()
    assert.deepEqual(await useLink(token), { kind: 'sessions-ended' })
    assert.equal((await findPhone(portal.db, portal.keyring, accountId))?.value, phone)
    const account = await portal.db('accounts').where({ id: accountId }).first()
    assert.equal(account.password_verifier, password_verifier)
  })
})

describe('a password that waits', () => {
  const holding = usePortal({
    freshLimits: true,
    worker: false,
    env: { SECURITY_QUESTION: 'hold' },
  })

  const waiting = async ({ accountId }: Equipped) =>
    holding.db('recovery_holds').where({ account_id: accountId }).first()

  async function choose(person: Equipped, password: string) {
    const visitor = await begin(holding, person.login)
    await visitor.post('/recover/security-question', { answer: person.answer })
    return await setPassword(visitor, password)
  }

  it('a waiting password ends with a new password, and with a lifted block', async () => {
    for (const end of [
      async (person: Equipped) => person.browser.post('/account/password', { password: fresh }),
      async ({ accountId }: Equipped) =>
        underLock(holding.db, accountId, async (trx) => {
          await blockAccount(trx, accountId, holding.clock.now())
          await unblockAccount(trx, accountId)
        }),
    ]) {
      const person = await equip(holding)
      assert.equal((await choose(person, `${fresh} that waits`)).location, '/recover/done')
      assert.ok(await waiting(person))
      await end(person)
      const { password_verifier } = await holding
        .db('accounts')
        .where({ id: person.accountId })
        .first()
      holding.clock.advance(73 * msPerHour)
      await holding.tasks['recovery:sweep-held']?.({}, { attempt: 1, maxAttempts: 1 })
      const account = await holding.db('accounts').where({ id: person.accountId }).first()
      assert.equal(account.password_verifier, password_verifier)
      assert.equal(await waiting(person), undefined)
    }
  })

  it('a second waiting password neither replaces nor postpones the first', async () => {
    const person = await equip(holding)
    assert.equal((await choose(person, `${fresh} that waits`)).location, '/recover/done')
    const first = await waiting(person)
    holding.clock.advance(msPerHour)
    const second = await choose(person, `${fresh} of another`)
    assert.deepEqual(
      [second.status, second.page, second.errors],
      [422, 'recover-new-password', ['password.waits-already']],
    )
    assert.deepEqual(await waiting(person), first)
  })

  it('the owner sees a waiting password at the top, and stops it for good', async () => {
    const person = await equip(holding)
    assert.doesNotMatch((await person.browser.get('/account')).html, /waiting-password\/stop/)
    await choose(person, `${fresh} that waits`)
    const owner = await signIn(holding, person)
    const { html } = await owner.get('/account')
    const [, main = ''] = html.split('<main')
    assert.match(html, /A new password will soon take effect/)
    const [stop, methods] = [
      main.indexOf('waiting-password/stop'),
      main.indexOf('href="/account/recovery'),
    ]
    assert.ok(stop > 0 && stop < methods, 'before everything else')
    const stopped = await owner.post('/account/waiting-password/stop', {}, { from: '/account' })
    assert.deepEqual([stopped.status, stopped.location], [303, '/account'])
    const after = (await owner.get('/account')).html
    assert.match(after, /The new password that was waiting is stopped/)
    assert.doesNotMatch(after, /waiting-password\/stop/)
    assert.equal(await waiting(person), undefined)
    const events = await holding
      .db('activity')
      .where({ account_id: person.accountId })
      .pluck('event')
    assert.ok(events.includes('password.reset-stopped'))
    const notices = (await writtenMessages(holding.db, holding.keyring)).filter(
      ({ name, params }) => name === 'password-reset-stopped' && params.mailbox === person.mailbox,
    )
    assert.deepEqual(
      new Set(notices.map(({ to }) => to)),
      new Set([person.mailbox, person.address]),
      'by letter alone',
    )
    await owner.post('/account/waiting-password/stop', {}, { from: '/account/sessions' })
    const again = await holding
      .db('activity')
      .where({ account_id: person.accountId })
      .pluck('event')
    assert.deepEqual(again, events, 'a second click tells nothing')
  })
})
