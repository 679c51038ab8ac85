// Reads from Twilio's Messages list which SMS it took for one number.
import type { Twilio } from 'twilio'
import type { TakenList, TakenSms } from '../transport.ts'

type MessagePage = Awaited<ReturnType<Twilio['messages']['page']>>

const pageSize = 100
/** A number gets a few codes a day and a few notices: more pages are no list of ours alone. */
const pagesAtMost = 5

/**
 * Asks by the number alone, because `DateSent` is empty while a message is queued. No order is
 * promised: reading ends early only after dates that all fall, down to one before `since`.
 * @throws the client's errors
 */
export async function listTaken(twilio: Twilio, to: string, since: Date): Promise<TakenList> {
  const taken: TakenSms[] = []
  let page: Pick<MessagePage, 'instances' | 'nextPageUrl' | 'nextPage'> =
    await twilio.messages.page({ to, pageSize })
  let [newestFirst, last] = [true, Number.POSITIVE_INFINITY]
  for (let pages = 1; ; pages += 1) {
    // Security: An error that comes as an answer is no empty list.
    // After an empty list the SMS would be sent again.
    if (!isList(page)) return { kind: 'deferred', code: 'twilio.no-list' }
    for (const { sid, to: addressee, body, direction, dateCreated } of page.instances) {
      // An SMS whose date cannot be read must not be skipped as too old.
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

/** Twilio's client takes any object for a page if its only field is a list. */
function isList(page: object): boolean {
  const { _payload: answer } = page as { _payload?: { messages?: unknown } }
  return Array.isArray(answer?.messages)
}
