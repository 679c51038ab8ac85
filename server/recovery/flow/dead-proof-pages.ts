// What became of a link to a new password, and of a proof that came too late.
import type { Request, Response } from 'express'
import { hashToken, isToken } from '#server/core/keys/secrets.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { type DeadLinkText, showDeadLink } from '../dead-links/dead-link-page.ts'
import type { LinkFate } from './recovery-method.ts'
import type { Flow } from './store.ts'

type Parts = Pick<RecoveryParts, 'db' | 'clock' | 'pages' | 'recoveryMethods'>

async function findFate(parts: Parts, proofHash: Buffer): Promise<LinkFate | undefined> {
  for (const method of parts.recoveryMethods) {
    const fate = await method.findLinkFate?.(parts.db, proofHash, parts.clock.now())
    if (fate) return fate
  }
  return undefined
}

function showFate(parts: Parts, req: Request, res: Response, { fate, at }: LinkFate): void {
  showDeadLink(parts.pages, req, res, { page: 'recover-link', text: `reset.${fate}`, at })
}

// Security: A stranger's link says the same whether or not a mailbox exists.
export async function showDeadResetLink(
  parts: Parts,
  req: Request,
  res: Response,
  token: string,
): Promise<void> {
  const fate = isToken(token) ? await findFate(parts, hashToken(token)) : undefined
  if (fate) return showFate(parts, req, res, fate)
  showDeadLink(parts.pages, req, res, { page: 'recover-link', text: 'unknown' })
}

export async function showDeadProof(
  parts: Parts,
  req: Request,
  res: Response,
  { provenBy, proofHash }: Flow,
): Promise<void> {
  const fate = proofHash ? await findFate(parts, proofHash) : undefined
  if (fate) return showFate(parts, req, res, fate)
  const text: DeadLinkText = provenBy ? `proof.${provenBy}` : 'unknown'
  showDeadLink(parts.pages, req, res, { page: 'recover-link', text })
}
