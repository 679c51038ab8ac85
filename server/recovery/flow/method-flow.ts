import type { Db } from '#db/connection.ts'
import { nobody } from './begin-recovery.ts'
import type { MethodFlow, RecoveryMethod } from './recovery-method.ts'
import type { Flow } from './store.ts'

// Security: A method sees a decoy as an account that nobody has. Decoys get the same work this way.
export const methodFlowOf = (flow: Flow, at: Date): MethodFlow => ({
  id: flow.id,
  accountId: flow.live && flow.accountId ? flow.accountId : nobody,
  epoch: flow.live ? (flow.epoch ?? 0) : 0,
  shownAccountId: flow.accountId ?? nobody,
  nameKey: flow.nameKey,
  limitKey: flow.limitKey,
  askerKey: flow.askerKey,
  locale: flow.locale,
  client: flow.client,
  begunAt: flow.begunAt,
  at,
})

// What the page of the choices shows of each method: keys of texts, a link, and a form.
export interface MethodChoice {
  readonly title: string
  readonly text: string
  readonly href: string
  /** View of the form that asks for the contact. Its own page shows the same. */
  readonly form?: string
  readonly sends?: number
}

export const choiceOf = ({ id, pages }: Pick<RecoveryMethod, 'id' | 'pages'>): MethodChoice => {
  const { challenge, proof } = pages
  const choice = {
    title: `recover-method.doors.${id}.title`,
    text: `recover-method.doors.${id}.text`,
    href: `/recover/${(challenge ?? proof).path}`,
  }
  return challenge ? { ...choice, form: `recovery/${id}/${challenge.page}-form` } : choice
}

/** The same work for every flow, so that times reveal no names. */
export async function listChoices(
  { db, recoveryMethods }: { readonly db: Db; readonly recoveryMethods: readonly RecoveryMethod[] },
  flow: MethodFlow,
): Promise<MethodChoice[]> {
  const choices: MethodChoice[] = []
  for (const method of recoveryMethods) {
    const choice = choiceOf(method)
    const sends = choice.form && ((await method.sends?.(db, flow)) ?? 0)
    choices.push(sends === undefined ? choice : { ...choice, sends: Number(sends) })
  }
  return choices
}
