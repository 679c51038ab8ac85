import type { Trx } from '#db/connection.ts'
import type { DeskParts } from '../desk.ts'
import type { ReadReport } from '../provenance/read-reported-letter.ts'
import { joinCampaign, type KeyedMark } from './campaign-store.ts'
import type { Mark } from './marks.ts'

type Parts = Pick<DeskParts, 'index' | 'keyring'>

/** In one order, so that two reports that share marks do not wait for each other. */
export async function keyMarks({ index }: Parts, marks: readonly Mark[]): Promise<KeyedMark[]> {
  const keyed = await Promise.all(
    marks.map(async ({ kind, value, name }) => ({
      kind,
      name,
      mark: await index.digest('campaign', `${kind}:${value}`),
    })),
  )
  return keyed.toSorted((one, other) => one.mark.compare(other.mark))
}

/** One account is one sender, under many addresses. */
export const digestOfSender = ({ index }: Parts, read: ReadReport): Promise<Buffer> =>
  read.account ? index.digest('subject', read.account.address) : Promise.resolve(read.subjectDigest)

export async function joinCampaigns(
  trx: Trx,
  { keyring }: Parts,
  marks: readonly KeyedMark[],
  joining: {
    readonly caseId: string
    readonly sender: Buffer
    readonly at: Date
  },
): Promise<void> {
  for (const mark of marks) await joinCampaign(trx, keyring, mark, joining)
}
