import { readFileSync } from 'node:fs'

const { scripts } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as {
  readonly scripts: { readonly start: string }
}

/** The memory flags of `npm start`. */
export const startFlags = scripts.start.split(' ').filter((each) => each.startsWith('--'))
