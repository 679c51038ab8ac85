import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { consoleEntry } from '../staff/console-entry.ts'
import { lapseQuestions } from './answer-words.ts'
import { wordRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }
import { exportWords } from './word-store.ts'
import { wordsRoutes, writeRoutes } from './words-routes.ts'

const lapseTask = 'words:lapse'

export const wordsFeature = {
  name: 'desk/words',
  texts,
  settings: wordRows,
  actions: () => import('./actions.ts'),
  menu: [
    consoleEntry('staff-templates', {
      rank: 45,
      href: '/staff/templates',
      right: 'templates.write',
    }),
  ],
  routes: (parts) => [wordsRoutes(parts), writeRoutes(parts)],
  tasks: ({ desk }) => ({ [lapseTask]: () => lapseQuestions(desk) }),
  times: [`*/10 * * * * ${lapseTask}`],
  life: ({ keyring }) => ({
    recover: nothing('what was written stays'),
    signOut: nothing('what was written stays'),
    block: nothing('what was written stays'),
    close: nothing('what was written ends with its report, or stays with its measure'),
    export: (db, accountId) => exportWords(db, keyring, accountId),
    rekey: noKeys,
  }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
