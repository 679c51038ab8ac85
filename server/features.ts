// Every feature, in the order in which they are asked when something happens to an account.
import { accountsFeature } from './accounts/accounts/feature.ts'
import { activityFeature } from './accounts/activity/feature.ts'
import { claimsFeature } from './accounts/claims/feature.ts'
import type { AccountFeature } from './accounts/feature.ts'
import { sessionsFeature } from './accounts/sessions/feature.ts'
import { auditFeature } from './desk/audit/feature.ts'
import { casesFeature } from './desk/cases/feature.ts'
import { measuresFeature } from './desk/measures/feature.ts'
import { staffFeature } from './desk/staff/feature.ts'
import { appPasswordsFeature } from './mail/app-passwords/feature.ts'
import { clientSignInsFeature } from './mail/client-sign-ins/feature.ts'
import { filtersFeature } from './mail/filters/feature.ts'
import { mailboxesFeature } from './mail/mailboxes/feature.ts'
import { sendingLimitsFeature } from './mail/sending-limits/feature.ts'
import type { PortalParts } from './portal-parts.ts'
import { backupAddressFeature } from './recovery/backup-address/feature.ts'
import { contactsFeature } from './recovery/contacts/feature.ts'
import { flowFeature } from './recovery/flow/feature.ts'
import { methodsFeature } from './recovery/methods/feature.ts'
import { phoneFeature } from './recovery/phone/feature.ts'
import { securityQuestionFeature } from './recovery/security-question/feature.ts'
import { stoppedAddressesFeature } from './recovery/stopped-addresses/feature.ts'
import { undoFeature } from './recovery/undo/feature.ts'

export const features: readonly AccountFeature<PortalParts>[] = [
  accountsFeature,
  claimsFeature,
  activityFeature,
  sessionsFeature,
  flowFeature,
  contactsFeature,
  methodsFeature,
  backupAddressFeature,
  phoneFeature,
  securityQuestionFeature,
  undoFeature,
  stoppedAddressesFeature,
  mailboxesFeature,
  appPasswordsFeature,
  filtersFeature,
  clientSignInsFeature,
  sendingLimitsFeature,
  staffFeature,
  auditFeature,
  casesFeature,
  measuresFeature,
]
