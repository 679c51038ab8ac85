// Every feature, one line each. When an account recovers or closes, they act in this order.

import { closingFeature } from './access/closing/feature.ts'
import { exportFeature } from './access/export/feature.ts'
import { ownSettingsFeature } from './access/own-settings/feature.ts'
import { passwordFeature } from './access/password/feature.ts'
import { registrationFeature } from './access/registration/feature.ts'
import { sessionPagesFeature } from './access/sessions/feature.ts'
import { signInFeature } from './access/sign-in/feature.ts'
import { accountsFeature } from './accounts/accounts/feature.ts'
import { activityFeature } from './accounts/activity/feature.ts'
import { claimsFeature } from './accounts/claims/feature.ts'
import { passwordsFeature } from './accounts/password/feature.ts'
import { sessionsFeature } from './accounts/sessions/feature.ts'
import { signInLimitsFeature } from './accounts/sign-in-limits/feature.ts'
import { alertsFeature } from './desk/alerts/feature.ts'
import { appealsFeature } from './desk/appeals/feature.ts'
import { auditFeature } from './desk/audit/feature.ts'
import { bulkFeature } from './desk/bulk/feature.ts'
import { campaignsFeature } from './desk/campaigns/feature.ts'
import { casesFeature } from './desk/cases/feature.ts'
import { deskClaimsFeature } from './desk/claims/feature.ts'
import { clocksFeature } from './desk/clocks/feature.ts'
import { emergenciesFeature } from './desk/emergencies/feature.ts'
import { figuresFeature } from './desk/figures/feature.ts'
import { deskHelpFeature } from './desk/help/feature.ts'
import { measuresFeature } from './desk/measures/feature.ts'
import { preservationFeature } from './desk/preservation/feature.ts'
import { provenanceFeature } from './desk/provenance/feature.ts'
import { queueFeature } from './desk/queue/feature.ts'
import { reportersFeature } from './desk/reporters/feature.ts'
import { reportsFeature } from './desk/reports/feature.ts'
import { staffFeature } from './desk/staff/feature.ts'
import { strikesFeature } from './desk/strikes/feature.ts'
import { wordsFeature } from './desk/words/feature.ts'
import { draftsFeature } from './kit/drafts/feature.ts'
import { jobsFeature } from './kit/jobs/feature.ts'
import { limitsFeature } from './kit/limits/feature.ts'
import { messagesFeature } from './kit/messages/feature.ts'
import { pagesFeature } from './kit/pages/feature.ts'
import { settingsFeature } from './kit/settings/feature.ts'
import { webFeature } from './kit/web/feature.ts'
import { appPasswordsFeature } from './mail/app-passwords/feature.ts'
import { clientSignInsFeature } from './mail/client-sign-ins/feature.ts'
import { filtersFeature } from './mail/filters/feature.ts'
import { letterTraceFeature } from './mail/letter-trace/feature.ts'
import { mailPlatformFeature } from './mail/mail-platform/feature.ts'
import { mailProgramsFeature } from './mail/mail-programs/feature.ts'
import { mailboxesFeature } from './mail/mailboxes/feature.ts'
import { sendingLimitsFeature } from './mail/sending-limits/feature.ts'
import { backupAddressFeature } from './recovery/backup-address/feature.ts'
import { contactsFeature } from './recovery/contacts/feature.ts'
import { deadLinksFeature } from './recovery/dead-links/feature.ts'
import { flowFeature } from './recovery/flow/feature.ts'
import { guessingFeature } from './recovery/guessing/feature.ts'
import { methodsFeature } from './recovery/methods/feature.ts'
import { phoneFeature } from './recovery/phone/feature.ts'
import { recoveryCodesFeature } from './recovery/recovery-codes/feature.ts'
import { resetFeature } from './recovery/reset/feature.ts'
import { securityQuestionFeature } from './recovery/security-question/feature.ts'
import { stoppedAddressesFeature } from './recovery/stopped-addresses/feature.ts'
import { undoFeature } from './recovery/undo/feature.ts'
import { checkFeature } from './site/check/feature.ts'
import { developmentFeature } from './site/development/feature.ts'
import { documentsFeature } from './site/documents/feature.ts'
import { galleryFeature } from './site/gallery/feature.ts'
import { healthFeature } from './site/health/feature.ts'
import { helpFeature } from './site/help/feature.ts'
import { overviewFeature } from './site/overview/feature.ts'
import { securityTxtFeature } from './site/security-txt/feature.ts'

export const features = [
  settingsFeature,
  webFeature,
  pagesFeature,
  draftsFeature,
  limitsFeature,
  messagesFeature,
  jobsFeature,
  accountsFeature,
  passwordsFeature,
  claimsFeature,
  activityFeature,
  sessionsFeature,
  signInLimitsFeature,
  flowFeature,
  resetFeature,
  contactsFeature,
  deadLinksFeature,
  methodsFeature,
  backupAddressFeature,
  phoneFeature,
  recoveryCodesFeature,
  securityQuestionFeature,
  undoFeature,
  guessingFeature,
  stoppedAddressesFeature,
  mailPlatformFeature,
  mailboxesFeature,
  appPasswordsFeature,
  filtersFeature,
  mailProgramsFeature,
  clientSignInsFeature,
  sendingLimitsFeature,
  letterTraceFeature,
  registrationFeature,
  signInFeature,
  passwordFeature,
  sessionPagesFeature,
  closingFeature,
  ownSettingsFeature,
  exportFeature,
  staffFeature,
  auditFeature,
  reportsFeature,
  reportersFeature,
  provenanceFeature,
  queueFeature,
  casesFeature,
  campaignsFeature,
  bulkFeature,
  deskClaimsFeature,
  clocksFeature,
  alertsFeature,
  emergenciesFeature,
  preservationFeature,
  measuresFeature,
  strikesFeature,
  wordsFeature,
  appealsFeature,
  figuresFeature,
  deskHelpFeature,
  overviewFeature,
  checkFeature,
  helpFeature,
  documentsFeature,
  healthFeature,
  securityTxtFeature,
  developmentFeature,
  galleryFeature,
] as const
