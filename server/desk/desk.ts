// What the abuse desk is made of.
import { Resolver } from 'node:dns/promises'
import type { Db } from '#db/connection.ts'
import type { Clock } from '../core/clock.ts'
import type { Keyring } from '../core/keys/keyring.ts'
import type { Limits } from '../kit/limits/limits.ts'
import type { Log } from '../kit/log/log.ts'
import type { Settings } from '../kit/settings/config.ts'
import type { ManagedMethods } from '../recovery/methods/managed-method.ts'
import { createDeskIndex, type DeskIndex } from './cases/index-store.ts'
import { createLetterReader, type LetterReader } from './letters/letter-reader.ts'
import type { ResolveTxt } from './provenance/dkim.ts'
import type { ProvenanceParts } from './provenance/provenance.ts'
import { createChainReader } from './provenance/received-chain.ts'
import { wellKnownReceivers } from './provenance/well-known-receivers.ts'

export interface DeskParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly settings: Settings
  readonly log: Log
  readonly limits: Limits
  readonly index: DeskIndex
  readonly reader: LetterReader
  readonly provenance: ProvenanceParts
  /** The ways back of an account: its proven contacts are told, and late ones come into doubt. */
  readonly methods: Pick<ManagedMethods, 'contactsOf' | 'describe' | 'list'>
}

/** What must be joined with an address: whom `createDesk` cannot make by itself. */
export type DeskSurroundings = Pick<
  DeskParts,
  'db' | 'clock' | 'keyring' | 'settings' | 'log' | 'limits' | 'methods'
>

/** A DNS that never answers keeps a letter unjudged no longer than this. */
const dnsMs = 3000

export function createDesk(around: DeskSurroundings, resolveTxt: ResolveTxt = dnsTxt()): DeskParts {
  const { settings, keyring } = around
  const ourDomains = settings.mailDomains
  const names = (settings.ownRelays ?? ourDomains.flatMap((domain) => [domain, `.${domain}`])).map(
    (each) => each.toLowerCase(),
  )
  const isAddress = (each: string) => /^[\d.]+(\/\d+)?$|:/.test(each)
  return {
    ...around,
    index: createDeskIndex(around),
    reader: createLetterReader(),
    provenance: {
      keyring,
      ourDomains,
      fromOwnerEnforced: settings.fromOwnerEnforced,
      followChain: createChainReader([
        ...wellKnownReceivers,
        {
          ours: true,
          names: names.filter((each) => !isAddress(each)),
          addresses: names.filter(isAddress),
        },
      ]),
      dkim: { domains: ourDomains, keys: settings.dkimKeys ?? [], resolveTxt },
    },
  }
}

function dnsTxt(): ResolveTxt {
  const resolver = new Resolver({ timeout: dnsMs, tries: 1 })
  return (name) => resolver.resolveTxt(name)
}
