// What all samples of recovery pages have in common.
import { type Sample, sampleAddress } from '#server/kit/pages/sample.ts'

export const stepSample = (
  id: string,
  state: string,
  view: string,
  locals: object = {},
): Sample => ({
  page: id,
  state,
  view: `recovery/${view}`,
  locals: { mailbox: sampleAddress, ...locals },
})

export const refused = (field: string, reason: string, typed?: string) => ({
  sends: 0,
  errors: [{ field, reason }],
  values: typed === undefined ? {} : { [field]: typed },
})

export const otherFlow = {
  errors: [{ field: 'flow', reason: 'other', params: { mailbox: sampleAddress }, at: 'main' }],
}
