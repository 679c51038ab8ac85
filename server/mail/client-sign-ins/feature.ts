import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountTables } from '#server/accounts/life/rows-store.ts'
import type { MailParts } from '#server/mail/parts.ts'

const rows = accountTables({
  client_sign_ins: ['service', 'outcome', 'place', 'tries', 'first_at', 'last_at'],
  client_password_marks: ['last_good_at'],
})

export const clientSignInsFeature: AccountFeature<MailParts> = {
  name: 'mail/client-sign-ins',
  tables: ['client_sign_ins', 'client_password_marks'],
  life: () => ({
    recover: nothing('what happened is shown as before'),
    signOut: nothing('what happened is shown as before'),
    block: nothing('what happened is shown as before'),
    close: rows.delete,
    export: rows.export,
    rekey: noKeys,
  }),
}
