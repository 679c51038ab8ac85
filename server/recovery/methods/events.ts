import type { DetailsOf, Nothing } from '#server/accounts/activity/activity-details.ts'
import { type MethodId, methodIds } from '#server/core/method-ids.ts'

const whats = ['added', 'changed', 'doubted', 'removed'] as const

type MethodEvents = { [Event in `${MethodId}.${(typeof whats)[number]}`]: Nothing }

export const events = Object.fromEntries(
  methodIds.flatMap((id) => whats.map((what) => [`${id}.${what}`, {}])),
) as MethodEvents

declare module '#server/accounts/activity/activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
