import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { type Sample, sampleAddress, sampleQrCode } from '#server/kit/pages/sample.ts'
import { describeMailServers } from '#server/mail/mail-programs/mail-servers.ts'
import { helpFacts } from './facts.ts'
import { mailProgramsPage, programs } from './mail-programs-page.ts'
import { mailProgramsLink } from './overview.ts'
import { helpTopics } from './topics.ts'

const settings = {
  baseUrl: 'https://portal.postern.example',
  mailDomains: ['postern.example'],
  codeMinutes: 10,
  linkMinutes: 60,
  probationHours: 72,
  undoDays: 7,
  sessionIdleMinutes: 60,
  sessionMaxHours: 12,
  knownSessionDays: 30,
  knownSessionMaxDays: 180,
  passwordMin: 12,
  supportAddress: undefined,
  abuseAddress: undefined,
  abuseImapUrl: undefined,
  abuseLmtpPort: 8024,
}
const servers = describeMailServers(settings, 'Postern')
const facts = helpFacts(settings, servers)

const waysOf = (question: 'direct' | 'hold') =>
  [
    ['backup-address', 'text'],
    ['phone', 'text'],
    ['question', question],
  ].map(([way, text]) => ({
    title: `help-recovery.${way}.title`,
    text: `help-recovery.${way}.${text}`,
  }))

const topic = (name: string, state: string, locals: object = {}): Sample => ({
  page: `help-${name}`,
  state,
  view: `site/help/${name}`,
  locals: { facts, ways: waysOf('direct'), ...locals },
})

function mailPrograms(
  state: string,
  query: { program?: string; address?: string },
  more: object = {},
): Sample {
  const page = mailProgramsPage(servers, query, null, 'en')
  const shown = page.userName ?? 'name@postern.example'
  const profile = page.profile && { ...page.profile, image: sampleQrCode }
  return topic('mail-programs', state, {
    ...page,
    profile,
    shown,
    signedIn: false,
    appPasswords: false,
    tellsSignIns: true,
    values: query,
    ...more,
  })
}

export const overviewSamples: OverviewSamples = { otherwise: { links: [mailProgramsLink] } }

export const samples: readonly Sample[] = [
  { page: 'help-index', state: 'shown', view: 'site/help/index' },
  ...helpTopics.filter((name) => name !== 'mail-programs').map((name) => topic(name, 'shown')),
  topic('recovery', 'hold', { ways: waysOf('hold') }),
  mailPrograms('choose', {}),
  ...programs.map((program) => mailPrograms(program, { program, address: sampleAddress })),
  mailPrograms('tag', {
    program: 'other',
    address: 'alesia+shop@postern.example',
  }),
  mailPrograms(
    'no-address',
    { program: 'apple-mail' },
    { appPasswords: true, tellsSignIns: false },
  ),
  mailPrograms(
    'errors',
    { program: 'outlook', address: 'alesia@elsewhere.example' },
    {
      errors: [{ field: 'address', reason: 'foreign', params: { domain: 'postern.example' } }],
      values: { address: 'alesia@elsewhere.example' },
    },
  ),
]
