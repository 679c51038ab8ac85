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
import type { CaseSettings } from './cases/settings.ts'
import type { ClaimSettings } from './claims/settings.ts'
import type { ClockSettings } from './clocks/settings.ts'
import { createLetterParser, type LetterParser } from './letters/letter-parser.ts'
import type { MeasureSettings } from './measures/settings.ts'
import type { ResolveTxt } from './provenance/dkim.ts'
import type { ProvenanceParts } from './provenance/provenance.ts'
import { type BelievedLine, createChainWalk } from './provenance/received-chain.ts'
import type { ProvenanceSettings } from './provenance/settings.ts'
import { wellKnownReceivers } from './provenance/well-known-receivers.ts'
import { createDeskIndex, type DeskIndex } from './queue/index-store.ts'
import type { ReportSettings } from './reports/settings.ts'
import type { StaffSettings } from './staff/settings.ts'

export type DeskSettings = AlertSettings &
  AppealSettings &
  CaseSettings &
  ClaimSettings &
  ClockSettings &
  MeasureSettings &
  ProvenanceSettings &
  ReportSettings &
  StaffSettings

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
  readonly methods: Pick<RecoveryMethods, 'contactsOf' | 'describe' | 'list'>
}

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
  const walkChain = createChainWalk([
    ...wellKnownReceivers,
    {
      ours: true,
      names: names.filter((each) => !isAddress(each)),
      addresses: names.filter(isAddress),
    },
  ])
  return {
    ...around,
    believedLines: (fields) => walkChain(fields).believed,
    index: createDeskIndex(around),
    letterParser: createLetterParser(),
    provenance: {
      keyring,
      ourDomains,
      fromOwnerEnforced: settings.fromOwnerEnforced,
      followChain: (fields) => walkChain(fields).reading,
      dkim: { domains: ourDomains, keys: settings.dkimKeys ?? [], resolveTxt },
    },
  }
}

function dnsTxt(): ResolveTxt {
  const resolver = new Resolver({ timeout: dnsMs, tries: 1 })
  return (name) => resolver.resolveTxt(name)
}
