import type { AccountFeature } from '#server/accounts/feature.ts'
import { documentMenu } from './menu.ts'
import type { DocumentParts } from './parts.ts'
import { documentRoutes } from './routes.ts'
import { documentRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const documentsFeature = {
  name: 'site/documents',
  texts,
  settings: documentRows,
  menu: documentMenu,
  routes: (parts) => [documentRoutes(parts)],
  checks: () => import('./checks.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<DocumentParts>
