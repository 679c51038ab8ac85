// The texts of each feature, and the code and views that ask for them.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { features } from '#server/features.ts'
import type { Feature } from '#server/kit/feature.ts'
import { type Locale, type TextTrees, walkTexts } from '#server/kit/i18n/texts.ts'

export const root = path.resolve(import.meta.dirname, '../../..')

const all: readonly Pick<Feature<never>, 'name' | 'texts'>[] = features

export const treesOfFeatures: ReadonlyMap<string, TextTrees> = new Map(
  all.flatMap(({ name, texts }) => (texts ? [[name, texts] as const] : [])),
)

/** `[dotted key, text]` in the order of the file. */
export function textsOf(tree: TextTrees, locale: Locale): [string, string][] {
  const found: [string, string][] = []
  walkTexts(tree[locale], (key, text) => found.push([key, text]))
  return found
}

export const keysOf = (tree: TextTrees, locale: Locale): string[] =>
  textsOf(tree, locale).map(([key]) => key)

/** `[path from the root, content]` */
export const sources: readonly (readonly [string, string])[] = ['server', 'views'].flatMap(
  (folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|ejs)$/.test(file))
      .map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
      .map((file) => [file, readFileSync(path.join(root, file), 'utf8')] as const),
)
