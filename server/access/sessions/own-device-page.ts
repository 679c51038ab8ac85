// “This device is mine”, and forgetting it.
import type { Request, RequestHandler } from 'express'
import type { AccessParts } from '#server/access/parts.ts'
import { type AccountTrx, changeAccount } from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import {
  keepSignedIn,
  proofOf,
  sessionDigestOf,
  stopSession,
} from '#server/accounts/sessions/browser-session.ts'
import { deviceDigestOf } from '#server/accounts/sessions/device-cookie.ts'
import { forgetDevice, markAsMine } from '#server/accounts/sessions/own-device-store.ts'
import { deleteSession } from '#server/accounts/sessions/store.ts'
import { StaleProof } from '#server/core/faults.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'

function record(
  trx: AccountTrx,
  parts: AccessParts,
  req: Request,
  event: 'session.device-kept' | 'session.device-forgotten',
): Promise<void> {
  const { accountId } = proofOf(req)
  const about = { accountId, at: parts.clock.now(), client: parts.client(req) }
  return recordActivity(trx, parts.keyring, { ...about, event, details: {} })
}

async function keepDevice(parts: AccessParts, req: Request): Promise<void> {
  await changeAccount(parts.db, proofOf(req), async (trx) => {
    if (await markAsMine(trx, sessionDigestOf(req)))
      await record(trx, parts, req, 'session.device-kept')
  })
  await keepSignedIn(req)
}

/** The first of two clicks has ended the session. */
async function leaveDevice(parts: AccessParts, req: Request): Promise<void> {
  const device = deviceDigestOf(parts, req)
  const proof = proofOf(req)
  try {
    await changeAccount(parts.db, proof, async (trx) => {
      if (device) await forgetDevice(trx, proof.accountId, device)
      await record(trx, parts, req, 'session.device-forgotten')
      await deleteSession(trx, sessionDigestOf(req))
    })
  } catch (fault) {
    if (!(fault instanceof StaleProof)) throw fault
  }
  await stopSession(req)
}

export const submitKeep =
  (parts: AccessParts, page: string): RequestHandler =>
  async (req, res) => {
    await keepDevice(parts, req)
    setFlash(res, 'kept')
    res.redirect(303, page)
  }

export const submitForget =
  (parts: AccessParts): RequestHandler =>
  async (req, res) => {
    if (ownerOf(req)) await leaveDevice(parts, req)
    setFlash(res, 'signed-out')
    res.redirect(303, '/')
  }
