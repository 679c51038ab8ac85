// Assembles the parts of the abuse desk.

import { Resolver } from 'node:dns/promises'
import type { Db } from '#db/connection.ts'
import type { AccessParts } from '#server/access/parts.ts'
import type { AccountLife } from '#server/accounts/life/account-life.ts'
import type { RecoveryMethods } from '#server/recovery/methods/methods.ts'
import type { LetterField } from '../core/letters/letter.ts'
import type { Limits } from '../kit/limits/limits.ts'
import type { Log } from '../kit/log/log.ts'
import type { MessageParts } from '../kit/messages/send-message.ts'
import type { AlertSettings } from './alerts/settings.ts'
import type { AppealSettings } from './appeals/settings.ts'
import type { BulkSettings } from './bulk/settings.ts'
import type { CampaignSettings } from './campaigns/settings.ts'
import type { CaseSettings } from './cases/settings.ts'
import type { ClaimSettings } from './claims/settings.ts'
import type { ClockSettings } from './clocks/settings.ts'
import { createLetterParser, type LetterParser } from './letters/letter-parser.ts'
import type { MeasureSettings } from './measures/settings.ts'
import type { ResolveTxt } from './provenance/dkim.ts'
import type { ProvenanceParts } from './provenance/provenance.ts'
import {
  type BelievedLine,
  createChainReader,
  createChainWalk,
  type FollowChain,
} from './provenance/received-chain.ts'
import type { ProvenanceSettings } from './provenance/settings.ts'
import { wellKnownReceivers } from './provenance/well-known-receivers.ts'
import { createDeskIndex, type DeskIndex } from './queue/index-store.ts'
import type { ReportSettings } from './reports/settings.ts'
import type { StaffSettings } from './staff/settings.ts'
import type { StrikeSettings } from './strikes/settings.ts'
import type { WordSettings } from './words/settings.ts'

export type DeskSettings = CampaignSettings &
  AlertSettings &
  AppealSettings &
  BulkSettings &
  CaseSettings &
  ClaimSettings &
  ClockSettings &
  MeasureSettings &
  ProvenanceSettings &
  ReportSettings &
  StaffSettings &
  StrikeSettings &
  WordSettings

export interface DeskParts extends MessageParts {
  readonly db: Db
  readonly settings: AccessParts['settings'] & DeskSettings
  readonly log: Log
  readonly life: AccountLife
  readonly limits: Limits
  readonly index: DeskIndex
  readonly letterParser: LetterParser
  readonly provenance: ProvenanceParts
  /** The Received lines of known servers, from the top. */
  readonly believedLines: (fields: readonly LetterField[]) => readonly BelievedLine[]
  /** Asks for records of one type, like `resolve` of node:dns. */
  readonly resolveDns: ResolveDns
  /** Follows the lines of our own relays alone: where a mail came in. */
  readonly followOwn: FollowChain
  readonly methods: Pick<RecoveryMethods, 'contactsOf' | 'describe' | 'list'>
}

type ResolveDns = (name: string, type: string) => Promise<string[] | string[][]>

/** The parts that `createDesk` gets from outside. */
export type DeskSurroundings = Pick<
  DeskParts,
  keyof MessageParts | 'db' | 'settings' | 'log' | 'limits' | 'methods' | 'life'
>

/** How long one question to the DNS may take. */
const dnsMs = 3000

export function createDesk(around: DeskSurroundings, resolveTxt: ResolveTxt = dnsTxt()): DeskParts {
  const { settings, keyring } = around
  const ourDomains = settings.mailDomains
  const names = (settings.ownRelays ?? ourDomains.flatMap((domain) => [domain, `.${domain}`])).map(
    (each) => each.toLowerCase(),
  )
  const isAddress = (each: string) => /^[\d.]+(\/\d+)?$|:/.test(each)
  const ownRelays = {
    ours: true,
    names: names.filter((each) => !isAddress(each)),
    addresses: names.filter(isAddress),
  }
  const walkChain = createChainWalk([...wellKnownReceivers, ownRelays])
  return {
    ...around,
    believedLines: (fields) => walkChain(fields).believed,
    index: createDeskIndex(around),
    letterParser: createLetterParser(),
    resolveDns: async (name, type) =>
      type === 'TXT' ? await resolveTxt(name) : await resolveOther(name, type),
    followOwn: createChainReader([ownRelays]),
    provenance: {
      keyring,
      ourDomains,
      fromOwnerEnforced: settings.fromOwnerEnforced,
      followChain: (fields) => walkChain(fields).reading,
      dkim: { domains: ourDomains, keys: settings.dkimKeys ?? [], resolveTxt },
    },
  }
}

const dns = () => new Resolver({ timeout: dnsMs, tries: 1 })

function dnsTxt(): ResolveTxt {
  const resolver = dns()
  return (name) => resolver.resolveTxt(name)
}

/** SPF asks for addresses and mail servers. */
const resolveOther = async (name: string, type: string): Promise<string[]> =>
  (await dns().resolve(name, type as 'A')) as string[]
