// Settings: what proves where a reported letter came from.

import { flag, list, text } from '#server/kit/settings/setting-kinds.ts'
import { optional, row, type SettingsOf } from '#server/kit/settings/setting-row.ts'
import { dkimKeys } from './dkim-keys.ts'

export const provenanceRows = {
  ownRelays: optional(
    list(text('a host name, .DOMAIN, address or range')),
    'our own mail servers, whose Received lines are believed; absent: all hosts of MAIL_DOMAINS',
  ),
  dkimKeys: optional(
    dkimKeys,
    'DKIM records of ours that may have left the DNS: ' +
      'JSON [{"domain","selector","record","retiredAt"?}]',
  ),
  fromOwnerEnforced: row(
    flag,
    'off',
    'on: our submission refuses a From that is not its sender’s own',
  ),
} as const

export type ProvenanceSettings = SettingsOf<typeof provenanceRows>
