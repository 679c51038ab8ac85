// A mail provider for tests: new keys, a submission server that traces and signs, and receivers.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { createKeyring, type Keyring } from '#server/core/keys/keyring.ts'
import { newToken } from '#server/core/keys/secrets.ts'
import { scanLetter, splitLetter } from '#server/core/letters/letter-shape.ts'
import type { ProvenanceParts } from '#server/desk/provenance/provenance.ts'
import { createChainReader, type KnownRelay } from '#server/desk/provenance/received-chain.ts'
import { wellKnownReceivers } from '#server/desk/provenance/well-known-receivers.ts'
import { bindLetter } from '#server/mail/letter-trace/trace-binding.ts'
import { createTraceHeader, type TracedLetter } from '#server/mail/letter-trace/trace-header.ts'
import { createOldTrace } from './old-trace.ts'
import { oversign } from './oversign.ts'

export const now = new Date('2026-06-15T12:00:00Z')
export const ourDomain = 'posta.example'

/** Latin1 characters with CRLF line ends. */
export interface Draft {
  readonly fields: readonly (readonly [string, string])[]
  readonly body: string
}

export interface SendOptions {
  readonly account?: string
  /** `old`: of the first version. */
  readonly trace?: 'new' | 'old' | 'former' | 'lost' | 'strange' | false
  readonly dkim?:
    | 'rsa'
    | 'ed25519'
    | 'retired'
    | 'retired-late'
    | 'unlisted'
    | 'weak'
    | 'unreachable'
    | 'partial'
    | 'expired'
    | 'no-from'
    | 'no-type'
    | 'oversigned'
    | 'simple'
    | false
  readonly sentAt?: Date
  readonly received?: boolean
}

const oversigned =
  'from:from:subject:subject:date:message-id:to:cc:reply-to:mime-version:content-type'
const signedLists: Readonly<Record<string, string>> = {
  'no-from': 'Subject:Date:Message-ID',
  'no-type': 'From:Subject:Date:Message-ID:To',
}

export type OurMail = ReturnType<typeof createOurMail>

/** @param idOf the account's id in the trace, by default the login itself */
export function createOurMail(idOf: (login: string) => string = (login) => login) {
  const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength })
  const keys = {
    rsa: rsa(2048),
    former: rsa(2048),
    unlisted: rsa(1024),
    weak: rsa(768),
    ed: generateKeyPairSync('ed25519'),
    foreign: rsa(1024),
  }
  const secrets = { new: newToken(), former: newToken(), lost: newToken(), strange: newToken() }
  const keyring = createKeyring([secrets.new, secrets.former])
  const writers: Record<keyof typeof secrets, Keyring> = {
    new: keyring,
    former: createKeyring([secrets.former]),
    lost: createKeyring([secrets.lost]),
    strange: createKeyring([secrets.strange]),
  }
  const retiredAt = new Date('2026-01-01T00:00:00Z')
  const relays: readonly KnownRelay[] = [
    ...wellKnownReceivers,
    { ours: true, names: [`.${ourDomain}`], addresses: ['203.0.113.0/28', '2001:db8:1::/48'] },
  ]
  const parts: ProvenanceParts = {
    keyring,
    ourDomains: [ourDomain, 'second.example'],
    fromOwnerEnforced: false,
    followChain: createChainReader(relays),
    dkim: {
      domains: [ourDomain, 'second.example'],
      keys: [
        { domain: ourDomain, selector: 's2026', record: record(keys.rsa.publicKey) },
        { domain: ourDomain, selector: 'e2026', record: record(keys.ed.publicKey) },
        { domain: ourDomain, selector: 's2024', record: record(keys.former.publicKey), retiredAt },
        { domain: ourDomain, selector: 'weak', record: record(keys.weak.publicKey) },
      ],
      resolveTxt: async (name) => {
        const code = name.startsWith('slow.') ? 'ETIMEOUT' : 'ENOTFOUND'
        if (name === 'dns._domainkey.second.example')
          return [
            [
              record(keys.unlisted.publicKey).slice(0, 100),
              record(keys.unlisted.publicKey).slice(100),
            ],
          ]
        throw Object.assign(new Error(`no record at ${name}`), { code })
      },
    },
  }

  async function sign(
    binary: string,
    how: Exclude<SendOptions['dkim'], false | undefined>,
    sentAt: Date,
  ): Promise<string> {
    const by = {
      rsa: { selector: 's2026', key: keys.rsa },
      ed25519: { selector: 'e2026', key: keys.ed },
      retired: { selector: 's2024', key: keys.former },
      'retired-late': { selector: 's2024', key: keys.former },
      unlisted: { selector: 'gone', key: keys.unlisted },
      weak: { selector: 'weak', key: keys.weak },
      unreachable: { selector: 'slow', key: keys.rsa },
      partial: { selector: 's2026', key: keys.rsa },
      expired: { selector: 's2026', key: keys.rsa },
      'no-from': { selector: 's2026', key: keys.rsa },
      'no-type': { selector: 's2026', key: keys.rsa },
      oversigned: { selector: 's2026', key: keys.rsa },
      simple: { selector: 's2026', key: keys.rsa },
    }[how]
    if (how === 'oversigned') {
      const names = oversigned.split(':')
      const key = by.key.privateKey
      return oversign(binary, { domain: ourDomain, selector: by.selector, key, sentAt, names })
    }
    const { signatures, errors } = await dkimSign(Buffer.from(binary, 'latin1'), {
      signingDomain: ourDomain,
      selector: by.selector,
      privateKey: '',
      canonicalization: how === 'simple' ? 'simple/simple' : 'relaxed/relaxed',
      signTime: how === 'retired' ? new Date('2025-06-01T00:00:00Z') : sentAt,
      ...(how === 'expired' ? { expires: new Date(sentAt.getTime() + 60_000) } : {}),
      ...(how in signedLists ? { headerList: signedLists[how] as never } : {}),
      signatureData: [
        {
          signingDomain: ourDomain,
          selector: by.selector,
          privateKey: by.key.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
          ...(how === 'partial' ? { maxBodyLength: 10 } : {}),
        },
      ],
    })
    if (errors?.length) throw errors[0]
    return signatures + binary
  }

  /** Returns the letter that leaves our servers. */
  async function send(draft: Draft, options: SendOptions = {}): Promise<string> {
    const sentAt = options.sentAt ?? new Date('2026-06-10T09:00:00Z')
    const account = options.account ?? 'hanna'
    let binary = toBinary(draft)
    if (options.trace !== false) {
      const { header, body } = splitLetter(binary)
      const trace = { account: idOf(account), queueId: '4bXk2P1zZz9', sentAt }
      const which = options.trace ?? 'new'
      const line =
        which === 'old'
          ? createOldTrace(keyring, trace, binary)
          : createTraceHeader(writers[which], trace, bindLetter(header, body))
      binary = `${line}\r\n${binary}`
    }
    const dkim = options.dkim ?? 'rsa'
    if (dkim !== false) binary = await sign(binary, dkim, sentAt)
    return options.received === false ? binary : `${submittedBy(account, sentAt)}${binary}`
  }

  return {
    keys,
    secretKeys: [secrets.new, secrets.former],
    parts,
    relays,
    keyring,
    writers,
    send,
    sign,
  }
}

export function tracedLetter(binary: string): TracedLetter {
  const { header, body } = splitLetter(binary)
  const { fields } = scanLetter(binary)
  return { fields, body, binding: bindLetter(header, body), isStart: false }
}

export function toBinary(draft: Draft): string {
  return (
    `${draft.fields.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n` +
    `${draft.body}`
  )
}

export function submittedBy(account: string, at: Date): string {
  return [
    `Received: from [192.168.1.5] (pool-7.client.example [198.51.100.7])`,
    `\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))`,
    `\t(No client certificate requested)`,
    `\t(Authenticated sender: ${account}@${ourDomain})`,
    `\tby submit.${ourDomain} (Postfix) with ESMTPSA id 4bXk2P1zZz9`,
    `\tfor <reader@elsewhere.example>; ${rfcDate(at)}\r\n`,
  ].join('\r\n')
}

type Receiver = 'google' | 'outlook' | 'yandex' | 'mailru' | 'gmx' | 'own' | 'small'

const at = rfcDate(new Date('2026-06-10T09:00:04Z'))
const ours = { ip: '203.0.113.5', name: `out.${ourDomain}` }

/** The Received line of the reporter's server. `from` is the address that it saw. */
export function receivedAt(receiver: Receiver, from: { ip: string; name: string } = ours): string {
  const { ip, name } = from
  const lines: Record<Receiver, string[]> = {
    google: [
      'Delivered-To: reader@mailbox.example',
      `Received: by 2002:a05:6a10:1234:b0:5f1:aa00:1 with SMTP id x12csp1234567pxb; ${at}`,
      'X-Received: by 2002:a17:907:3e8b:: with SMTP id hs11mr1.1718; Wed, 10 Jun 2026 ' +
        '02:00:05 -0700 (PDT)',
      `Return-Path: <hanna@${ourDomain}>`,
      `Received: from ${name} (${name}. [${ip}])`,
      `        by mx.google.com with ESMTPS id a640c23a62f3a-si123.2026.06.10`,
      `        for <reader@mailbox.example>; ${at}`,
    ],
    outlook: [
      'Received: from DB9PR01MB1234.eurprd01.prod.exchangelabs.com (2603:10a6:10:36b::5)',
      ` by AM0PR01MB4321.eurprd01.prod.outlook.com with HTTPS; ${at}`,
      `Received: from ${name} (${ip}) by DB1PEPF000.mail.protection.outlook.com`,
      ` (10.167.8.1) with Microsoft SMTP Server (version=TLS1_3) id 15.20.7677.15; ${at}`,
      'X-MS-Exchange-Organization-SCL: 1',
    ],
    yandex: [
      'Received: from mxfront7.mail.yandex.net ([2a02:6b8:c0c::1]) by ' +
        `mailback5.yandex.net with LMTP id abc; ${at}`,
      `Received: from ${name} (${name} [${ip}])`,
      `\tby mxfront7.mail.yandex.net (mxfront) with ESMTPS id 1A2b; ${at}`,
      'X-Yandex-Spam: 1',
    ],
    mailru: [
      'Delivered-To: reader@inbox.example',
      `Received: by mx12.mail.ru with esmtp (envelope-from <hanna@${ourDomain}>)`,
      `\tid 1abcde-000; ${at}`,
      `Received: from [${ip}] (port=41234 helo=${name})`,
      `\tby mx12.mail.ru with esmtps (envelope-from <hanna@${ourDomain}>) id 1abcde-0001; ${at}`,
    ],
    gmx: [
      `Return-Path: <hanna@${ourDomain}>`,
      `Received: from ${name} ([${ip}]) by mx-ha.gmx.net (mxgmx101`,
      ` [212.227.17.5]) with ESMTPS (Nemesis) id 1MtxX; ${at}`,
    ],
    own: [
      `Return-Path: <hanna@${ourDomain}>`,
      `Received: from mx1.${ourDomain} ([10.0.0.4])\r\n` +
        `\tby store3.${ourDomain} with LMTP id sD2f; ${at}`,
      `Received: from ${name} (${name} [${ip}])\r\n` +
        `\tby mx1.${ourDomain} (Postfix) with ESMTPS id 4bXk3; ${at}`,
    ],
    small: [
      `Received: from ${name} (${name} [${ip}])`,
      `\tby mail.tiny-office.example (Postfix) with ESMTPS id 77; ${at}`,
    ],
  }
  return `${lines[receiver].join('\r\n')}\r\n`
}

export function rfcDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000')
}

function record(key: KeyObject): string {
  const ed = key.asymmetricKeyType === 'ed25519'
  const der = key.export({ type: 'spki', format: 'der' })
  return (
    `v=DKIM1; k=${ed ? 'ed25519' : 'rsa'}; ` +
    `p=${(ed ? der.subarray(-32) : der).toString('base64')}`
  )
}
