// Terms, privacy notice and accessibility statement: the operator's files, else our own.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Locale, locales } from '#server/kit/i18n/texts.ts'

export const documentNames = ['terms', 'privacy', 'accessibility'] as const
export type DocumentName = (typeof documentNames)[number]

const ownFolder = fileURLToPath(new URL('../../../views/site/documents/', import.meta.url))

export interface Document {
  /** Markdown (CommonMark). */
  readonly source: string
  /** The language of the source. */
  readonly locale: Locale
  readonly from: 'operator' | 'portal'
}

async function readIfThere(folder: string, name: DocumentName, locale: Locale) {
  try {
    const source = await readFile(join(folder, `${name}.${locale}.md`), 'utf8')
    // Some editors begin a file with a byte order mark, which would hide a heading.
    return source.replace(/^\uFEFF/, '')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * The operator's file counts in any language: other rules must not stand beside it.
 * @param folder of the operator's files, read at each call, so that a change shows at once
 * @throws the file system's error if a file cannot be read
 */
export async function readDocument(
  folder: string | undefined,
  name: DocumentName,
  wanted: Locale,
  otherwise: Locale,
): Promise<Document> {
  for (const locale of new Set([wanted, otherwise, ...locales])) {
    const source = folder && (await readIfThere(folder, name, locale))
    if (source) return { source, locale, from: 'operator' }
  }
  const source = await readFile(join(ownFolder, `${name}.${wanted}.md`), 'utf8')
  return { source, locale: wanted, from: 'portal' }
}
