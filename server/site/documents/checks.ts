import type { Check } from '#server/kit/commands/check.ts'
import type { DocumentParts } from './parts.ts'
import { documentNames, readDocument } from './read-document.ts'

const ownDocuments: Check<DocumentParts> = {
  name: 'documents',
  async run({ settings: { documentsDir, defaultLocale } }) {
    const missing: string[] = []
    for (const name of documentNames) {
      const { from } = await readDocument(documentsDir, name, defaultLocale, defaultLocale)
      if (from === 'portal') missing.push(name)
    }
    const ok = missing.length === 0
    const detail = ok
      ? 'all are the operator’s'
      : `DOCUMENTS_DIR has no ${missing.join(', ')}: the portal’s own text is shown`
    return { ok, detail }
  },
}

export const checks = [ownDocuments]
