// Recovery by a printed code: a right code leads to the form for a new password.
import type { OwnedMethod, RecoveryMethod } from '../flow/recovery-method.ts'
import { digestOfCode, parseSheetCode } from './sheet.ts'
import { findSheet, hasCode, markSheetDoubtful, removeSheet, spendCode } from './store.ts'

const id = 'recovery-codes'
const own = { id, weak: false, href: '/account/recovery/recovery-codes' } as const

/** With so few codes left a warning asks the owner to print new ones. */
const few = 2

const owned: OwnedMethod = {
  id,
  flashes: ['recovery-codes-set', 'recovery-codes-removed'],
  async describe(db, accountId) {
    const sheet = await findSheet(db, accountId)
    if (!sheet) return { ...own, state: 'none' }
    const { madeAt: since, lastUsedAt: provenAt, left, doubtful } = sheet
    const detail = { detail: { text: 'recovery-codes.left', params: { left } } }
    if (left === 0) return { ...own, state: 'none', ...detail }
    const proven = provenAt ? { provenAt } : {}
    const doubt = doubtful ? { doubtful, shut: true as const } : detail
    const warning = left <= few && !doubtful ? { warning: 'few-codes' } : {}
    return { ...own, state: 'set', since, ...proven, ...doubt, ...warning }
  },
  findContact: async () => undefined,
  async sureSince(trx, accountId) {
    const sheet = await findSheet(trx, accountId)
    return sheet && !sheet.doubtful ? sheet.madeAt : undefined
  },
  doubt: markSheetDoubtful,
  async remove(trx, accountId) {
    await removeSheet(trx, accountId)
  },
  // Not removed: the owner may have made the sheet, and sees that it is shut.
  async distrust(trx, accountId, at) {
    await markSheetDoubtful(trx, accountId, at)
    return false
  },
  restore: async () => 'taken',
}

const refused = (reason: string) => ({ kind: 'refused', reason }) as const

export const recoveryCodesMethod = (): RecoveryMethod => ({
  ...owned,
  isOffered: true,
  hold: 'never',
  strength: 'strong',
  help: { title: 'help-recovery.recovery-codes.title', text: 'help-recovery.recovery-codes.text' },
  pages: {
    rank: 3,
    proof: {
      page: 'recover-codes',
      path: 'recovery-codes',
      field: 'code',
      keepsTyped: true,
      errorTexts: {
        shape: 'recovery-codes.errors.shape',
        wrong: 'recovery-codes.errors.wrong',
      },
    },
  },
  showProof: async () => ({}),
  challenge: async () => refused('missing'),
  async prove(trx, { accountId }, input) {
    if (input.trim() === '') return refused('missing')
    const code = parseSheetCode(input)
    if (code === null) return refused('shape')
    const proofHash = digestOfCode(code)
    return (await hasCode(trx, accountId, proofHash))
      ? { kind: 'right', proofHash }
      : refused('wrong')
  },
  async settle(trx, { accountId, begunAt, at }, digest) {
    // Security: A sheet that was made since the flow began proves nothing.
    if (!digest || !(await spendCode(trx, accountId, { digest, madeBefore: begunAt, at })))
      return false
    return 'strong'
  },
  tasks: {},
})
