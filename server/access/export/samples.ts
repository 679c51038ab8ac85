import type { Exported } from '#server/accounts/life/account-life.ts'
import { walkTexts } from '#server/kit/i18n/texts.ts'
import {
  alone,
  type MessageSamples,
  occasion,
  undo,
  weak,
} from '#server/kit/messages/message-sample.ts'
import { limitSample } from '#server/kit/pages/errors/limit-sample.ts'
import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { describeExport } from './describe-export.ts'
import { exportLink } from './overview.ts'
import texts from './texts.json' with { type: 'json' }

const file = {
  href: '/account/export/sample',
  readyAt: sampleMoment(2),
  expiresAt: sampleMoment(-166),
  size: '48 kB',
}

const page = (state: string, locals: object): Sample => ({
  page: 'export',
  state,
  view: 'access/export/export',
  signedIn: true,
  locals: { isWaiting: false, files: [], ...locals },
})

const known = new Set<string>()
walkTexts(texts.en, (key) => known.add(key))

const moment = (hoursAgo: number) => sampleMoment(hoursAgo).toISOString()

const tables: Exported = {
  accounts: [
    {
      address: sampleAddress,
      locale: 'be',
      created_at: moment(9000),
      password_changed_at: moment(700),
      blocked_at: null,
    },
  ],
  activity: [
    {
      event: 'export.asked',
      details: {},
      device: 'Firefox, Linux',
      place: 'Minsk, BY',
      happened_at: moment(2),
    },
  ],
  claims: [],
  mailboxes: [
    {
      address: sampleAddress,
      aliases: [],
      suspension: 'none',
      quota_bytes: '1073741824',
      used_bytes: '52428800',
    },
  ],
  phones: [
    {
      number: '+375291234567',
      confirmed_at: moment(800),
    },
  ],
  backup_addresses: [
    {
      address: 'alesia@elsewhere.example',
      confirmed_at: moment(800),
    },
  ],
  sessions: [
    {
      device: 'Firefox, Linux',
      place: 'Minsk, BY',
      signed_in_at: moment(30),
      last_seen_at: moment(2),
    },
  ],
  app_passwords: [
    {
      name: 'Thunderbird',
      services: ['imap', 'smtp'],
      created_at: moment(500),
    },
  ],
  undos: [],
  abuse_cases: { withheld: '' },
  audit: { withheld: '' },
  replaced_passwords: { withheld: '' },
}

const shown = describeExport(
  {
    format: 'postern-export-1',
    made_at: moment(2),
    tables,
  },
  (key) => known.has(key),
)

export const samples: readonly Sample[] = [
  limitSample('exports', { waitSeconds: 80_000 }),
  page('empty', {}),
  page('waiting', { isWaiting: true }),
  page('asked', { isWaiting: true, flash: 'asked' }),
  page('late', { isWaiting: true, isLate: true }),
  page('ready', { files: [file] }),
  {
    page: 'export',
    state: 'shown',
    view: 'access/export/file',
    signedIn: true,
    locals: {
      readyAt: file.readyAt,
      download: `${file.href}?format=json`,
      ...shown,
    },
  },
  page('again', { isWaiting: true, files: [file] }),
]

export const overviewSamples: OverviewSamples = {
  otherwise: { links: [exportLink] },
}

export const messageSamples: MessageSamples = {
  'export-ready': {
    undo,
    alone,
    weak,
    plain: { ...occasion, undoToken: null },
  },
}
