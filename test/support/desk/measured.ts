// A person who was reported, and what the desk has done about it.
import { arrive } from '#test/support/people.ts'
import type { Form, PostTrial } from '#test/support/web/posts.ts'
import { approve, caseOf, propose, reportLetter } from './cases.ts'

export async function reported({
  portal,
}: PostTrial): Promise<{ accountId: string; login: string; caseId: string }> {
  const person = await arrive(portal)
  await reportLetter(portal, person)
  return { ...person, caseId: await caseOf(portal, person.accountId) }
}

export async function proposed(trial: PostTrial) {
  const person = await reported(trial)
  const wanted = { ...person, by: trial.ada.id, measure: 'limit-sending' } as const
  const id = await propose(trial.portal, wanted)
  return { ...person, id }
}

export async function inForce(trial: PostTrial) {
  const measure = await proposed(trial)
  await approve(trial.portal, measure.id, trial.bela.id)
  return measure
}

/** A form of a case's page. `first` is sent before it. */
export async function onCase(
  trial: PostTrial,
  what: string,
  fields: Record<string, string> = {},
  first?: string,
): Promise<Form> {
  const { visitor } = trial.ada
  const path = `/staff/cases/${(await reported(trial)).caseId}`
  if (first) await visitor.post(`${path}/${first}`, {}, { from: path })
  return { visitor, path: `${path}/${what}`, fields, from: path }
}
