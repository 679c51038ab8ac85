import type { Overview, OverviewSection } from '#server/kit/pages/overview.ts'
import type { RecoveryParts } from '../parts.ts'
import { findHold } from './hold-reset.ts'

interface WaitingPassword {
  readonly dueAt: Date
  readonly device: string
  readonly place: string
}

export const waitingPasswordSection = (waiting: WaitingPassword): OverviewSection => ({
  rank: 10,
  view: 'recovery/reset/overview',
  locals: { waiting },
})

export const resetOverview = ({ db }: RecoveryParts): Overview => ({
  flashes: ['waiting-password-stopped'],
  async readSections(accountId) {
    const waiting = await findHold(db, accountId)
    return waiting ? [waitingPasswordSection(waiting)] : []
  },
})
