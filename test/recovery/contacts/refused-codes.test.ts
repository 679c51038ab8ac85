// A code that the gateway refuses for good: its owner is told, signed in; a recovery tells nothing.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { accountSid, authToken, startTwilioServer } from '#test/support/messages/twilio-server.ts'
import { register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { begin, equip, forgetLimits } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

const gateway = await startTwilioServer()
after(() => gateway.stop())
const portal = usePortal({
  freshLimits: true,
  env: {
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM: '+375291110000',
    TWILIO_API_BASE: gateway.url,
    LIMIT_SMS_WAIT_SECONDS: '0.001',
  },
})

const form = '/account/recovery/phone'
const confirm = `${form}/confirm`
const phone = '+375291234567'
const stopped = { kind: 'error', status: 400, code: 21610 } as const
const settled = () =>
  eventually(async () => {
    const rows = await portal.db('messages').where({ channel: 'sms' })
    return rows.length > 0 && rows.every(({ settled_at }) => settled_at !== null)
  })

describe('a number that the gateway refuses for good', () => {
  it('signed in, the page of the code says so and what to do after STOP', async () => {
    const owner = await register(portal, { login: 'stopped.one', password: 'бусел над вёскай' })
    gateway.mishaps.push(stopped, stopped)
    assert.equal((await owner.post(form, { phone })).location, confirm)
    await settled()
    const refused = await owner.get(confirm)
    assert.match(refused.html, /The SMS could not be delivered/)
    assert.match(refused.html, /answer STOP.*send START to the same sender/)
    assert.doesNotMatch(refused.html, /We sent 6 digits/)
    await forgetLimits(portal)
    const seen = /name="seen" value="(\d+)"/.exec(refused.html)?.[1] ?? ''
    await owner.post(`${confirm}/again`, { seen }, { from: confirm })
    assert.match((await owner.get(confirm)).html, /could not be delivered/, 'until it is known')
    await settled()
    assert.match((await owner.get(confirm)).html, /could not be delivered/)
    await forgetLimits(portal)
    const now = /name="seen" value="(\d+)"/.exec((await owner.get(confirm)).html)?.[1] ?? ''
    await owner.post(`${confirm}/again`, { seen: now }, { from: confirm })
    await settled()
    assert.match((await owner.get(confirm)).html, /6 digits/, 'after START it arrives')
    assert.doesNotMatch((await owner.get(confirm)).html, /could not be delivered/)
  })

  it('at the doors of a recovery nothing changes', async () => {
    const person = await equip(portal)
    const pageAfter = async (refuses: boolean) => {
      await forgetLimits(portal)
      if (refuses) gateway.mishaps.push(stopped)
      const visitor = await begin(portal, person.login)
      await visitor.post('/recover/sms', { phone: person.phone })
      await settled()
      // The first SMS of a person is followed by a wait, rounded to whole seconds on the page.
      let page = await visitor.get('/recover/sms/code')
      await eventually(async () => {
        page = await visitor.get('/recover/sms/code')
        return page.html.includes('Send another code')
      })
      const { status, html } = page
      return [status, html.replace(/(name="_csrf" value=")[^"]+/g, '$1')]
    }
    assert.deepEqual(await pageAfter(true), await pageAfter(false))
  })
})
