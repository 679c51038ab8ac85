// A sample of a page of staff, in the console's frame.
import type { Sample } from '#server/kit/pages/sample.ts'
import { rightsOf } from './rights.ts'

const rights = rightsOf(['senior', 'operator'])
const consoleFrame = { shortcuts: true, rights }

export const consolePage = (
  page: string,
  state: string,
  view: string,
  locals: object = {},
): Sample => ({
  page,
  state,
  view,
  layout: 'layouts/staff',
  signedIn: true,
  locals: { ...consoleFrame, ...locals },
})
