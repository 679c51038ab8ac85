import { connectDatabase } from '#db/connection.ts'
import { pendingDirectorySteps } from '#db/mail-directory/install.ts'
import { pendingMigrations } from '#db/migrate.ts'
import { type Command, exit, table } from '#server/kit/commands/command.ts'
import { verifyActivity } from '../accounts/activity/store.ts'
import { verifyAudit } from '../desk/audit/store.ts'
import type { PortalParts } from '../portal-parts.ts'

export interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly detail: string
}

type Check = (portal: PortalParts) => Promise<Omit<Finding, 'check'>>

async function count({ db }: PortalParts, from: string): Promise<number> {
  const { rows } = await db.raw<{ rows: { n: number }[] }>(`select count(*)::int as n from ${from}`)
  return rows[0]?.n ?? 0
}

async function examineChain<Link>(links: AsyncIterable<Link>, describe: (link: Link) => string) {
  const broken: string[] = []
  for await (const link of links) {
    broken.push(describe(link))
    if (broken.length === 20) break
  }
  if (broken.length === 0) return { ok: true, detail: 'as it was written' }
  return { ok: false, detail: `broken: ${broken.join('; ')}` }
}

const none = (n: number, what: string) => ({
  ok: n === 0,
  detail: n === 0 ? 'none' : `${n} ${what}`,
})

/** Each check finds what an operator would otherwise learn from a complaint. */
const checks: Readonly<Record<string, Check>> = {
  database: async ({ db }) => {
    const { rows } = await db.raw<{ rows: { version: string }[] }>('show server_version')
    return { ok: true, detail: `PostgreSQL ${rows.map((row) => Object.values(row)[0]).join()}` }
  },
  migrations: async ({ db }) => {
    const pending = await pendingMigrations(db)
    return {
      ok: pending.length === 0,
      detail: pending.length === 0 ? 'up to date' : `pending: ${pending.join(', ')}`,
    }
  },
  clock: async ({ db, clock }) => {
    const { rows } = await db.raw<{ rows: { now: Date }[] }>('select now() as now')
    const seconds = Math.abs(clock.now().getTime() - (rows[0]?.now.getTime() ?? 0)) / 1000
    return { ok: seconds < 5, detail: `${seconds.toFixed(1)} s apart from the database` }
  },
  'activity chain': ({ db, keyring }) =>
    examineChain(
      verifyActivity(db, keyring),
      ({ chain, position, fault }) => `${chain} at ${position} (${fault})`,
    ),
  'audit chain': ({ db, keyring }) =>
    examineChain(verifyAudit(db, keyring), ({ position, fault }) => `at ${position} (${fault})`),
  'mailboxes that need an operator': async (portal) =>
    none(await count(portal, 'mailboxes where needs_operator_at is not null'), 'see account show'),
  'mailboxes that wait': async (portal) => {
    const from = `mailboxes
      where applied_revision < revision and changed_at < now() - interval '15 minutes'`
    return none(await count(portal, from), 'longer than 15 minutes')
  },
  'jobs that gave up': async (portal) => {
    const from = 'graphile_worker.jobs where attempts >= max_attempts and locked_at is null'
    return none(await count(portal, from), 'jobs')
  },
  'jobs that wait': async (portal) => {
    const from = `graphile_worker.jobs
      where run_at < now() - interval '5 minutes' and attempts = 0 and locked_at is null`
    return none(await count(portal, from), 'longer than 5 minutes; is a worker running?')
  },
  'values under an old key': async (portal) => {
    const n = await count(portal, `claims where key_id <> '${portal.keyring.newestKeyId}'`)
    return { ok: true, detail: n === 0 ? 'none' : `${n} claims; run: portal rekey` }
  },
  'mail directory': async ({ settings: { mailDirectoryUrl } }) => {
    if (!mailDirectoryUrl) return { ok: true, detail: 'in the portal’s database' }
    const db = connectDatabase(mailDirectoryUrl, 1)
    try {
      const pending = await pendingDirectorySteps(db)
      if (pending.length === 0) return { ok: true, detail: 'up to date' }
      return {
        ok: false,
        detail: `pending: ${pending.join(', ')}; run: portal mail-platform directory`,
      }
    } finally {
      await db.destroy()
    }
  },
  'mail platform': async ({ platform, settings }) => {
    await (platform.probe
      ? platform.probe()
      : platform.observe(`postmaster@${settings.mailDomains[0]}`))
    return { ok: true, detail: platform.id }
  },
}

async function examine(portal: PortalParts): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [check, run] of Object.entries(checks)) {
    const result = await run(portal).catch((fault: unknown) => ({
      ok: false,
      detail: fault instanceof Error ? fault.message : 'failed',
    }))
    findings.push({ check, ...result })
  }
  return findings
}

export const doctorCommand: Command<PortalParts> = {
  words: ['doctor'],
  summary:
    'Examines the portal: database, activity chain, mailboxes, jobs, platform. ' +
    'Exit status 1 where something is wrong.',
  async run({ parts }) {
    const findings = await examine(await parts())
    const sick = findings.some((finding) => !finding.ok)
    return {
      status: sick ? exit.found : exit.done,
      data: { findings },
      text: table(findings.map(({ ok, check, detail }) => [ok ? 'ok' : 'WRONG', check, detail])),
    }
  },
}
