// Takes the cases and the decision that the queue sends.
import type { RequestHandler } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { type QueuePage, readFilters, readTab } from '../queue/queue-page.ts'
import { listQueue } from '../queue/queue-store.ts'
import { staffOf } from '../staff/staff.ts'
import { readCaseIds, readChoice } from './bulk-form.ts'
import type { BulkChoice } from './decisions.ts'
import { makeRun, mostCases } from './make-run.ts'

const listFields = ['tab', 'severity', 'kind', 'provenance', 'campaign', 'unseen', 'late'] as const

export function bulkChoicePage(
  { desk, db, keyring, clock }: DeskPageParts,
  queue: QueuePage,
): RequestHandler {
  /** All cases of the list that the page showed, from its beginning. */
  async function listAll(list: Readonly<Record<string, string>>, staffId: string) {
    const tab = readTab(list)
    if (tab === 'appeals' || tab === 'closed') return []
    const filters = readFilters(list, clock.now())
    const { cases } = await listQueue(db, keyring, { tab, staffId, filters, limit: mostCases })
    return cases.map(({ id }) => id)
  }

  return async (req, res) => {
    const { id: staffId } = staffOf(req)
    const list = readFields(req, listFields)
    const { all, ...form } = readFields(req, ['all', 'decision', 'cause', 'days'])
    const ticked = readCaseIds((req.body as Record<string, unknown>).cases)
    const ids = all === 'on' ? await listAll(list, staffId) : ticked
    const choice: BulkChoice | FormError =
      ids.length === 0
        ? {
            field: 'cases',
            reason: 'none',
          }
        : readChoice(form)
    if ('field' in choice)
      return await queue.showErrors(
        req,
        res,
        list,
        [choice],
        {
          ...form,
          all,
        },
        ticked,
      )
    const runId = await makeRun(desk, choice, ids, staffId, formDigestOf(req))
    res.redirect(303, `/staff/bulk/${runId}`)
  }
}
