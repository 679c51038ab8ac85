// Makes the sample of a staff page, with what the layout of the console needs.
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
