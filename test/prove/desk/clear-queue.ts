// An analyst clears a morning's reports in Chromium. Each key, click and choice is counted.
import assert from 'node:assert/strict'
import type { Browser, Page } from 'playwright-core'
import { type MeasureCause, measureCauses } from '#server/desk/measures/measures.ts'
import type { ReportKind } from '#server/desk/reports/report-kind.ts'
import { takeReport } from '#server/desk/reports/take-report.ts'
import { launchChromium } from '#test/support/browser/chromium.ts'
import { landing } from '#test/support/browser/hands.ts'
import { ourDomain, sendLetter, startAbusePortal, untilJudged } from '#test/support/desk/abuse.ts'
import { enrolStaff, enterStaff } from '#test/support/desk/staff.ts'
import { accountIdOf, register } from '#test/support/people.ts'
import { eventually, type TestPortal } from '#test/support/portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

/** Senders, and how many people report each of them. */
export type Group = readonly [senders: number, reporters: number]

export interface Morning {
  readonly phishers: Group
  readonly spammers: Group
  /** Newsletters that are reported as spam and are none. */
  readonly newsletters: Group
  readonly threats: Group
  readonly harmless: Group
  /** Pasted text that proves nothing. */
  readonly unproven: Group
  /** Letters that did not come from us. */
  readonly foreign: Group
}

/** 400 reports. With measures against 20 mailboxes one person decides alone. */
export const fullMorning: Morning = {
  phishers: [12, 5],
  spammers: [5, 16],
  newsletters: [4, 2],
  threats: [3, 10],
  harmless: [26, 2],
  unproven: [35, 2],
  foreign: [100, 1],
}

const truths: Readonly<Record<keyof Morning, { kind: ReportKind; subject: string; end: string }>> =
  {
    phishers: { kind: 'phishing', subject: 'Confirm your password', end: 'suspend-sending' },
    spammers: { kind: 'spam', subject: 'Cheap watches', end: 'limit-sending' },
    newsletters: { kind: 'spam', subject: 'Our choir in November', end: 'no-breach' },
    threats: { kind: 'threats', subject: 'I know where you live', end: 'suspend-all' },
    harmless: { kind: 'other', subject: 'Lunch on Friday?', end: 'no-breach' },
    unproven: { kind: 'spam', subject: 'Win', end: 'not-enough' },
    foreign: { kind: 'spam', subject: 'Loans', end: 'not-ours' },
  }
const names = Object.keys(truths) as (keyof Morning)[]
const isOfAccount = (name: keyof Morning) => name !== 'unproven' && name !== 'foreign'

async function letterOf(portal: TestPortal, name: keyof Morning, login: string) {
  const from = name === 'foreign' ? `${login}@bank.example` : `${login}@${ourDomain}`
  const { subject } = truths[name]
  if (!isOfAccount(name)) return `From: ${from}\r\nSubject: ${subject}\r\n\r\n${login}\r\n`
  return await sendLetter(portal.keyring, {
    accountId: await accountIdOf(portal, login),
    from,
    subject,
  })
}

/** Reports arrive mixed. */
async function prepare(portal: TestPortal, morning: Morning): Promise<number> {
  const reports: (() => Promise<unknown>)[] = []
  for (const name of names) {
    const [senders, reporters] = morning[name]
    for (let n = 0; n < senders; n += 1) {
      const login = `${name}${n}`
      if (isOfAccount(name))
        await register(portal, { login, password: 'forty storks over the marsh' })
      const source = await letterOf(portal, name, login)
      for (let at = 0; at < reporters; at += 1)
        reports.push(() =>
          takeReport(portal.parts.desk, {
            channel: 'form',
            kind: truths[name].kind,
            how: 'source',
            sender: null,
            source,
            note: '',
            reporter: null,
            locale: 'en',
            network: `198.51.100.${at}`,
            acknowledge: false,
          }),
        )
    }
  }
  const mixed = reports.map((take, at) => ({ take, place: (at * 7919) % reports.length }))
  for (const { take } of mixed.toSorted((one, other) => one.place - other.place)) await take()
  await untilJudged(portal, 300)
  return reports.length
}

async function openQueue(portal: TestPortal, browser: Browser, ada: Visitor, keys: boolean) {
  const context = await browser.newContext({
    javaScriptEnabled: keys,
    locale: 'en-GB',
    viewport: { width: 1280, height: 900 },
  })
  const { host } = new URL(portal.url)
  await context.addCookies(
    [...ada.cookies].map(([name, value]) => ({
      name,
      value: decodeURIComponent(value),
      domain: host.split(':')[0] ?? '',
      path: '/',
    })),
  )
  const page = await context.newPage()
  await page.goto(`${portal.url}/staff/cases?lang=en`)
  return { page, close: () => context.close() }
}

interface Analyst {
  /** Lists the cases of a kind. */
  filter(kind: string): Promise<void>
  tab(place: number, name: string): Promise<void>
  all(): Promise<void>
  decide(place: number, name: string, cause?: MeasureCause): Promise<void>
  /** Leaves out the lines with this subject. */
  leaveOut(subject: string): Promise<void>
  look(): Promise<void>
  send(): Promise<void>
  actions(): number
}

function byKeyboard(page: Page): Analyst {
  let count = 0
  const press = async (key: string) => {
    count += 1
    await page.keyboard.press(key)
  }
  const go = (key: string) => landing(page, undefined, () => press(key))
  return {
    async filter(kind) {
      for (const key of ['f', 'Tab', kind[0] ?? '']) await press(key)
      await go('Enter')
    },
    async tab(place) {
      await press('t')
      await go(String(place))
    },
    all: () => press('a'),
    async decide(place, _name, cause) {
      if (cause) {
        const downs = measureCauses.indexOf(cause) + 1
        await press('b')
        for (let at = 0; at < downs; at += 1) await press('ArrowDown')
        await press('Escape')
      }
      await go(String(place))
    },
    async leaveOut(subject) {
      const rows = await page.locator('.lines__row').allTextContents()
      const last = rows.findLastIndex((text) => text.includes(subject))
      for (let at = 0; at <= last; at += 1) {
        await press('j')
        if (rows[at]?.includes(subject)) await press('x')
      }
    },
    async look() {
      const rows = await page.locator('.lines__row').count()
      for (let row = 0; row < rows; row += 1) {
        for (let at = 0; at <= row; at += 1) await press('j')
        await go('Enter')
        assert.ok(await page.locator('.letter').isVisible())
        // Alt and the left arrow, which only a browser with a window takes.
        count += 1
        await page.goBack()
      }
    },
    async send() {
      assert.equal(await page.locator('button[data-key=y]').count(), 1, 'nothing to do')
      await go('y')
      await go('u')
    },
    actions: () => count,
  }
}

function byPointing(page: Page): Analyst {
  let count = 0
  const act = async (work: Promise<unknown>) => {
    count += 1
    await work
  }
  const click = (role: 'link' | 'button', name: string | RegExp) =>
    act(
      page
        .getByRole(role, { name, exact: typeof name === 'string' })
        .first()
        .click(),
    )
  return {
    async filter(kind) {
      await act(page.locator('#kind').selectOption(kind))
      await click('button', 'Show')
    },
    tab: (_place, name) => click('link', new RegExp(`^${name}`)),
    all: () => act(page.locator('input[name=all]').check()),
    async decide(_place, name, cause) {
      if (cause) await act(page.locator('#cause').selectOption(cause))
      await act(page.locator(`button[name=decision][value=${name}]`).click())
    },
    async leaveOut(subject) {
      const rows = page.locator('.lines__row', { hasText: subject })
      for (const row of await rows.all()) await act(row.locator('input[name=skip]').check())
    },
    async look() {
      const rows = page.locator('.lines__row .lines__title')
      const found = await rows.count()
      for (let row = 0; row < found; row += 1) {
        await act(rows.nth(row).click())
        assert.ok(await page.locator('.letter').isVisible())
        await act(page.goBack())
      }
    },
    async send() {
      // It says another word if a second person is needed.
      await act(page.locator('button[data-key=y]').click())
      await click('link', 'To the queue')
    },
    actions: () => count,
  }
}

async function clear(analyst: Analyst, settle: () => Promise<unknown>): Promise<void> {
  const { filter, all, decide, leaveOut, look, tab } = analyst
  const send = async () => {
    await analyst.send()
    await settle()
  }
  await filter('phishing')
  await all()
  await decide(5, 'suspend-sending', 'phishing')
  await send()
  // The page of what will happen shows which of them are no spam.
  await filter('spam')
  await all()
  await decide(4, 'limit-sending', 'spam')
  await leaveOut(truths.newsletters.subject)
  await send()
  await filter('spam')
  await all()
  await decide(2, 'no-breach')
  await send()
  await filter('other')
  await all()
  await decide(2, 'no-breach')
  await send()
  await filter('threats')
  await look()
  await all()
  await decide(6, 'suspend-all', 'harassment')
  await send()
  await tab(4, 'Without mailbox')
  await all()
  await decide(3, 'not-enough')
  await send()
}

/** Compares every case with what is true of it. */
async function judge(portal: TestPortal): Promise<void> {
  const { db, keyring } = portal
  const cases = await db('abuse_cases').select('id', 'details_sealed', 'outcome')
  for (const { id, details_sealed, outcome } of cases) {
    const { subject } = JSON.parse(keyring.open('abuse.case', details_sealed))
    const name = names.find((each) => String(subject).startsWith(each))
    assert.ok(name, subject)
    const measure = await db('measures').where({ case_id: id, state: 'in-force' }).first('measure')
    const { end } = truths[name]
    const wanted = end.startsWith('n') ? [end, undefined] : ['measure-taken', end]
    assert.deepEqual([outcome, measure?.measure], wanted, subject)
  }
}

/** @throws if a case is decided wrongly, or more actions are needed than allowed */
export async function proveClearing(
  morning: Morning,
  how: 'keyboard' | 'no-scripts',
  allowed: number,
): Promise<Record<string, number>> {
  const portal = await startAbusePortal()
  const browser = await launchChromium()
  try {
    const ada = await enrolStaff(portal, 'ada.analyst', 'analyst')
    const reports = await prepare(portal, morning)
    const keys = how === 'keyboard'
    const entered = await enterStaff(portal, ada)
    const { page, close } = await openQueue(portal, browser, entered, keys)
    const analyst = keys ? byKeyboard(page) : byPointing(page)
    await clear(analyst, async () => {
      await eventually(
        async () => !(await portal.db('bulk_runs').where('state', 'running').first()),
      )
      await page.reload()
    })
    await judge(portal)
    await close()
    const actions = analyst.actions()
    assert.ok(actions < allowed, `${actions} actions`)
    return { reports, actions }
  } finally {
    await browser.close()
    await portal.stop()
  }
}
