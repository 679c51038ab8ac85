import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import type { Sample } from '#server/kit/pages/sample.ts'
import { settingsLink } from './overview.ts'

const sample = (state: string, locals: object): Sample => ({
  page: 'settings',
  state,
  view: 'access/own-settings/settings',
  signedIn: true,
  locals: { languages: ['be', 'ru', 'en', 'de'], ...locals },
})

export const samples: readonly Sample[] = [
  sample('filled', {
    flash: 'saved',
    values: { display_name: 'Алеся Кавальчук', language: 'be', theme: 'system' },
  }),
  sample('errors', {
    values: { display_name: 'Алеся https://x.example', language: 'be', theme: 'dark' },
    errors: [{ field: 'display_name', reason: 'characters' }],
  }),
]

export const overviewSamples: OverviewSamples = { otherwise: { links: [settingsLink] } }
