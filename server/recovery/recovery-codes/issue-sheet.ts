import {
  type Asking,
  changeMethod,
  type MethodChangeParts,
  type OnProbation,
} from '../methods/change-method.ts'
import { digestOfCode } from './sheet.ts'
import { putSheet, removeSheet } from './store.ts'

export type SheetIssued = { readonly kind: 'set' } | OnProbation
export type SheetRemoved = { readonly kind: 'removed' | 'none' } | OnProbation

/**
 * Security: The old sheet works until a code of the new one was typed back.
 * @throws StaleProof
 */
export const issueSheet = (
  parts: MethodChangeParts,
  asking: Asking,
  codes: readonly string[],
): Promise<SheetIssued> =>
  changeMethod<SheetIssued>(parts, asking, async (trx, at) => {
    const what = await putSheet(trx, asking.accountId, codes.map(digestOfCode), at)
    const outcome = { kind: 'set' } as const
    // A second click: the sheet is in force already.
    return what === 'same' ? { outcome } : { outcome, done: { method: 'recovery-codes', what } }
  })

/** @throws StaleProof */
export const takeSheetAway = (parts: MethodChangeParts, asking: Asking): Promise<SheetRemoved> =>
  changeMethod<SheetRemoved>(parts, asking, async (trx) => {
    if (!(await removeSheet(trx, asking.accountId))) return { outcome: { kind: 'none' } }
    const done = { method: 'recovery-codes', what: 'removed' } as const
    return { outcome: { kind: 'removed' }, done }
  })
