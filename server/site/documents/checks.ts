import type { Check } from '#server/kit/commands/check.ts'
import type { DocumentParts } from './parts.ts'
import { documentNames, readDocument } from './read-document.ts'

const ownDocuments: Check<DocumentParts> = {
  name: 'documents',
  async run({ settings: { documentsDir, defaultLocale, portalEnv } }) {
    const missing: string[] = []
    for (const name of documentNames) {
      const { from } = await readDocument(documentsDir, name, defaultLocale, defaultLocale)
      if (from === 'portal') missing.push(name)
    }
    if (missing.length === 0) return { ok: true, detail: 'all are the operator’s' }
    const names = missing.join(', ')
    const detail = `DOCUMENTS_DIR has no ${names}: the portal’s own text is shown`
    return { ok: portalEnv === 'development', detail }
  },
}

export const checks = [ownDocuments]
