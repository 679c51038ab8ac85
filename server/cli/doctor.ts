import { pendingMigrations } from '#db/migrate.ts'
import type { AccountFeature } from '../accounts/feature.ts'
import { features } from '../features.ts'
import type { Check, CheckResult } from '../kit/commands/check.ts'
import { type Command, exit, table } from '../kit/commands/command.ts'
import type { PortalParts } from '../portal-parts.ts'
import { byPlaceIn } from './place-in.ts'

export interface Finding extends CheckResult {
  readonly check: string
}

const all: readonly AccountFeature<PortalParts>[] = features

const own: readonly Check<PortalParts>[] = [
  {
    name: 'database',
    run: async ({ db }) => {
      const { rows } = await db.raw<{ rows: { version: string }[] }>('show server_version')
      return { ok: true, detail: `PostgreSQL ${rows.map((row) => Object.values(row)[0]).join()}` }
    },
  },
  {
    name: 'migrations',
    run: async ({ db }) => {
      const pending = await pendingMigrations(db)
      return {
        ok: pending.length === 0,
        detail: pending.length === 0 ? 'up to date' : `pending: ${pending.join(', ')}`,
      }
    },
  },
  {
    name: 'clock',
    run: async ({ db, clock }) => {
      const { rows } = await db.raw<{ rows: { now: Date }[] }>('select now() as now')
      const seconds = Math.abs(clock.now().getTime() - (rows[0]?.now.getTime() ?? 0)) / 1000
      return { ok: seconds < 5, detail: `${seconds.toFixed(1)} s apart from the database` }
    },
  },
]

/** Names of checks, in the order of the report. Others follow. */
export const checkNames = [
  'database',
  'migrations',
  'clock',
  'activity chain',
  'audit chain',
  'mailboxes that need an operator',
  'mailboxes that wait',
  'jobs that gave up',
  'jobs that wait',
  'values under an old key',
  'mail directory',
  'mail platform',
  'certificates for mail programs',
  'documents',
]

export async function loadChecks(): Promise<readonly Check<PortalParts>[]> {
  const loaded = await Promise.all(all.map(async ({ checks }) => (await checks?.())?.checks))
  const found = loaded.flatMap((checks) => checks ?? [])
  return [...own, ...found].toSorted(byPlaceIn(checkNames, ({ name }) => name))
}

async function examine(parts: PortalParts): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const check of await loadChecks()) {
    const result = await check.run(parts).catch((fault: unknown) => ({
      ok: false,
      detail: fault instanceof Error ? fault.message : 'failed',
    }))
    findings.push({ check: check.name, ...result })
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
