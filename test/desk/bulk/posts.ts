import { randomUUID } from 'node:crypto'
import { writeShown } from '#server/desk/bulk/effects.ts'
import { readFacts } from '#server/desk/bulk/facts-store.ts'
import { makeRun, sendRun } from '#server/desk/bulk/make-run.ts'
import { workOnRun } from '#server/desk/bulk/work-on-run.ts'
import { reported } from '#test/support/desk/measured.ts'
import type { Form, Posts, PostTrial } from '#test/support/web/posts.ts'

const choice = { decision: 'no-breach', cause: null, days: null } as const

async function madeBy(trial: PostTrial, maker: 'ada' | 'bela') {
  const { caseId } = await reported(trial)
  const { db, keyring, parts } = trial.portal
  const { id: staffId } = trial[maker]
  const id = await makeRun(parts.desk, choice, [caseId], staffId, Buffer.from(randomUUID()))
  const shown = writeShown(choice, await readFacts(db, keyring, [caseId], staffId))
  return { id, shown }
}

/** A run of bela that waits for a second person. */
async function proposedRun(trial: PostTrial) {
  const { id, shown } = await madeBy(trial, 'bela')
  await trial.portal.db('bulk_runs').where({ id }).update({ state: 'proposed' })
  await trial.portal
    .db('bulk_items')
    .where({ run_id: id })
    .update({ shown: shown.split(':')[1] })
  return { id, shown }
}

const formOn = (trial: PostTrial, id: string, what: string, fields = {}): Form => ({
  visitor: trial.ada.visitor,
  path: `/staff/bulk/${id}/${what}`,
  fields,
  from: `/staff/bulk/${id}`,
})
const leads = /^\/staff\/bulk\/\d+$/

/** What a form of this feature does when it is sent twice. */
export const posts: Posts = (trial) => ({
  '/staff/bulk': {
    async open() {
      const { caseId } = await reported(trial)
      const fields = { tab: 'open', decision: 'no-breach', cases: caseId }
      return { visitor: trial.ada.visitor, path: '/staff/bulk', fields, from: '/staff/cases' }
    },
    leads,
  },
  '/staff/bulk/:id/send': {
    async open() {
      const { id, shown } = await madeBy(trial, 'ada')
      return formOn(trial, id, 'send', { shown })
    },
    leads,
  },
  '/staff/bulk/:id/approve': {
    async open() {
      const { id, shown } = await proposedRun(trial)
      return formOn(trial, id, 'approve', { shown })
    },
    leads,
  },
  '/staff/bulk/:id/refuse': {
    async open() {
      const { id } = await proposedRun(trial)
      return formOn(trial, id, 'refuse')
    },
    leads,
  },
  '/staff/bulk/:id/undo': {
    async open() {
      const { desk } = trial.portal.parts
      const { id, shown } = await madeBy(trial, 'ada')
      await sendRun(desk, id, { staffId: trial.ada.id, right: 'analyst' }, shown)
      await workOnRun(desk, id)
      return formOn(trial, id, 'undo')
    },
    leads,
  },
})
