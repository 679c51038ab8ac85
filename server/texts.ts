// The texts of every feature. No two give the same key (test/kit/i18n).
import { features } from './features.ts'
import type { Feature } from './kit/feature.ts'
import type { TextTrees } from './kit/i18n/texts.ts'

const all: readonly Pick<Feature<never>, 'name' | 'texts'>[] = features

export const textTrees: readonly TextTrees[] = all.flatMap(({ texts = [] }) => texts)
