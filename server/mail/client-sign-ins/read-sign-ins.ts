import type { Db } from '#db/connection.ts'
import { listKnownAppPasswords } from '../app-passwords/store.ts'
import { findMailboxProgress } from '../mailboxes/store.ts'
import { type Explained, explain } from './explain.ts'
import { type ClientSignIn, listGoodMarks, listSignIns } from './store.ts'

const shownAtMost = 50

export type ShownSignIn = Pick<ClientSignIn, 'service' | 'place' | 'tries'> &
  Explained & { readonly at: Date; readonly isGood: boolean }

/** Newest first. @returns undefined for an account without a mailbox */
export async function readSignIns(db: Db, accountId: string): Promise<ShownSignIn[] | undefined> {
  const mailbox = await findMailboxProgress(db, accountId)
  if (!mailbox) return undefined
  const facts = {
    marks: await listGoodMarks(db, accountId),
    appPasswords: await listKnownAppPasswords(db, accountId),
    passwordSince: mailbox.passwordLiveAt ?? mailbox.passwordChangedAt,
    mainPasswordOpensMail: mailbox.mainPasswordOpensMail,
  }
  const listed = await listSignIns(db, accountId, shownAtMost)
  return listed.map((signIn) => {
    const explained = explain(signIn, facts)
    return {
      service: signIn.service,
      place: signIn.place,
      tries: signIn.tries,
      at: signIn.lastAt,
      isGood: explained.reason.startsWith('succeeded'),
      ...explained,
    }
  })
}
