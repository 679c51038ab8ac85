// What Twilio took for one number, by its Messages list.
import type { Twilio } from 'twilio'
import type { TakenList, TakenSms } from '../transport.ts'

type MessagePage = Awaited<ReturnType<Twilio['messages']['page']>>

const pageSize = 100
/** A number gets six codes a day and a few notices; whoever has more than this is asked about in vain. */
const pagesAtMost = 5

/**
 * Asked by the number alone: the list can be narrowed by `DateSent` as well, but that is empty until the message has left Twilio, so that
 * those still queued would be missing. That newer messages stand before older ones is nowhere promised: the reading ends early only where
 * what was read so far goes back in time without a break, and past `since`.
 * @throws the client's errors
 */
export async function listTaken(twilio: Twilio, to: string, since: Date): Promise<TakenList> {
  const taken: TakenSms[] = []
  let page: Pick<MessagePage, 'instances' | 'nextPageUrl' | 'nextPage'> =
    await twilio.messages.page({ to, pageSize })
  let [newestFirst, last] = [true, Number.POSITIVE_INFINITY]
  for (let pages = 1; ; pages += 1) {
    // Security: an error that comes as an answer is no empty list, after which the SMS would be sent a second time.
    if (!isList(page)) return { kind: 'deferred', code: 'twilio.no-list' }
    for (const { sid, to: addressee, body, direction, dateCreated } of page.instances) {
      // A date that cannot be read counts as now: the message then asks for an explanation.
      const at = dateCreated instanceof Date ? dateCreated.getTime() : Number.POSITIVE_INFINITY
      newestFirst &&= at <= last
      last = at
      if (direction === 'inbound' || at < since.getTime()) continue
      taken.push({ ticket: String(sid), to: addressee, text: body })
    }
    const next =
      newestFirst && last < since.getTime() ? undefined : page.nextPageUrl && page.nextPage()
    if (!next) return { kind: 'listed', taken }
    if (pages === pagesAtMost) return { kind: 'deferred', code: 'twilio.list-too-long' }
    page = await next
  }
}

/** The client takes any object for a page whose only field is a list. */
function isList(page: object): boolean {
  const { _payload: answer } = page as { _payload?: { messages?: unknown } }
  return Array.isArray(answer?.messages)
}
