import type { Sample } from '#server/kit/pages/sample.ts'
import { consolePage } from '../staff/sample-page.ts'

export const samples: readonly Sample[] = [consolePage('staff-help', 'on', 'desk/help/help')]
