import { readFileSync } from 'node:fs'

const { scripts } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as {
  readonly scripts: { readonly start: string }
}

/** What `npm start` tells Node beside the script: how its memory may grow. */
export const startFlags = scripts.start.split(' ').filter((each) => each.startsWith('--'))
