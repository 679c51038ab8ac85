// A portal with letters of its own domain: traced, and signed with a DKIM key of this run.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { traceLetter } from '#server/mail/letter-trace/trace-letter.ts'
import { eventually, startTestPortal, type TestPortal, type TestPortalOptions } from '../portal.ts'
import { type UsePortalOptions, usePortal } from '../use-portal.ts'
import { watchAuditOrder } from './audit-order.ts'

export const ourDomain = 'postern.example'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicKey = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
const record = `v=DKIM1; k=rsa; p=${publicKey}`
const dkimKeys = JSON.stringify([{ domain: ourDomain, selector: 's1', record }])

/** The domain of reporters. Its own key signs their mails, and one address sends them. */
export const reporterDomain = 'elsewhere.example'
export const reporterIp = '192.0.2.25'
export const reporterDkim = {
  domainName: reporterDomain,
  keySelector: 'r1',
  privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
}

const records: Readonly<Record<string, string>> = {
  [`r1._domainkey.${reporterDomain}`]: record,
  [reporterDomain]: `v=spf1 ip4:${reporterIp} -all`,
}

/** A DNS that knows the reporters alone. */
const noDns = async (name: string): Promise<string[][]> => {
  const found = records[name.toLowerCase()]
  if (found) return [[found]]
  throw Object.assign(new Error(`no record at ${name}`), { code: 'ENOTFOUND' })
}

/** Stopping it fails if anything was done after the head of the audit was locked. */
export async function startAbusePortal(options: TestPortalOptions = {}): Promise<TestPortal> {
  const portal = await startTestPortal({
    ...options,
    env: { DKIM_KEYS: dkimKeys, LIMIT_REPORTS_PER_IP_HOUR: '100000', ...options.env },
    ports: { resolveTxt: noDns, ...options.ports },
  })
  const late = watchAuditOrder(portal.db)
  return {
    ...portal,
    async stop() {
      await portal.stop()
      assert.deepEqual(late, [], 'statements after the head of the audit was locked')
    },
  }
}

/** `usePortal` with a portal of `startAbusePortal`. */
export const useAbusePortal = (
  options?: UsePortalOptions,
  prepare?: (portal: TestPortal) => Promise<unknown>,
): TestPortal => usePortal(options, prepare, startAbusePortal)

export interface LetterDraft {
  /** The account that sends it. */
  readonly accountId: string
  readonly from: string
  readonly subject?: string
  readonly body?: string
  /** Names the letter; two letters of one name are one letter. */
  readonly name?: string
}

let letters = 0

/** A letter as our submission server sends it, traced and signed. CRLF, latin1. */
export async function sendLetter(
  keyring: Keyring,
  draft: LetterDraft,
  sentAt = new Date(),
): Promise<string> {
  letters += 1
  const plain = [
    `From: ${draft.from}`,
    'To: reader@elsewhere.example',
    `Subject: ${draft.subject ?? 'You have won a prize'}`,
    `Date: ${sentAt.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${draft.name ?? `letter.${letters}`}@${ourDomain}>`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    draft.body ?? 'Go to https://prize.bad.example/now and take it.',
    '',
  ].join('\r\n')
  const client = {
    account: draft.accountId,
    queueId: '4bXk2P1zZz9',
    sentAt: new Date(sentAt.getTime() - 1000),
  }
  const traced = traceLetter(keyring, client, Buffer.from(plain, 'latin1'))
  const { signatures, errors } = await dkimSign(traced, {
    signingDomain: ourDomain,
    selector: 's1',
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    canonicalization: 'relaxed/relaxed',
    signTime: client.sentAt,
  })
  if (errors?.length) throw errors[0]
  return signatures + traced.toString('latin1')
}

/** Waits until the jobs have judged every report. */
export const untilJudged = (portal: TestPortal, seconds = 20) =>
  eventually(async () => {
    const [row] = await portal.db('abuse_reports').whereNull('judged_at').count('* as n')
    return Number(row?.n) === 0
  }, seconds)
