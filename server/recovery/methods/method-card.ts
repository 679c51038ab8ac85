import type { DescribedMethod } from '#server/recovery/flow/recovery-method.ts'
// How the page of the recovery methods shows one of them.

export interface MethodCard extends Pick<DescribedMethod, 'id' | 'href' | 'masked' | 'detail'> {
  readonly tag: { readonly state: string; readonly kind: 'good' | 'wait' | 'bad' | undefined }
  readonly isDoubtful: boolean
  readonly since: Date | undefined
  readonly provenAt: Date | undefined
  /** Key of a text: what the method is, or why it cannot be set any more. */
  readonly what: string
  readonly isGone: boolean
  readonly strength: 'weak' | 'strong'
  readonly actions: MethodActions | undefined
}

/** Which links the card has now. `endDoubt` and `change` also name their texts. */
export interface MethodActions {
  readonly enterCode: boolean
  readonly endDoubt: 'again' | 'confirm' | undefined
  readonly change: 'methods.add' | 'recovery-methods.change' | undefined
  readonly remove: boolean
}

const kinds: Partial<Record<DescribedMethod['state'], 'good' | 'wait'>> = {
  set: 'good',
  pending: 'wait',
}

export function methodCard(method: DescribedMethod, isLocked: boolean): MethodCard {
  const { id, href, masked, detail, state, weak } = method
  const isSet = state === 'set'
  const isDoubtful = method.doubtful === true
  const isGone = state === 'removed' || state === 'closed'
  return {
    id,
    href,
    ...(masked === undefined ? {} : { masked }),
    ...(detail === undefined ? {} : { detail }),
    tag: isDoubtful ? { state: 'doubtful', kind: 'bad' } : { state, kind: kinds[state] },
    isDoubtful,
    since: isSet ? method.since : undefined,
    provenAt: isSet ? method.provenAt : undefined,
    what: isGone ? `${id}.${state}` : `methods.${id}.what`,
    isGone,
    strength: weak ? 'weak' : 'strong',
    actions: isGone || isLocked ? undefined : actionsOf(method),
  }
}

function actionsOf({ state, shut, doubtful }: DescribedMethod): MethodActions {
  const endDoubt = shut ? 'again' : 'confirm'
  const change = state === 'none' ? 'methods.add' : 'recovery-methods.change'
  return {
    enterCode: state === 'pending',
    endDoubt: doubtful ? endDoubt : undefined,
    // A method that is shut can only be set again, which `endDoubt` leads to.
    change: shut ? undefined : change,
    remove: state === 'set',
  }
}
