// Writes public/postern.css. Run after a change of styles/ or of govuk-frontend: `npm run build:css`.
import { writeFileSync } from 'node:fs'
import { compile, Logger } from 'sass'

const root = new URL('..', import.meta.url)

export function buildStyleSheet(): string {
  const { css } = compile(new URL('styles/postern.scss', root).pathname, {
    style: 'compressed',
    quietDeps: true,
    logger: Logger.silent,
  })
  // A rule a line: changes can be read and merged.
  return `${css.replace(/^\uFEFF/, '').replace(/\}(?=[^}])/g, '}\n')}\n`
}

if (import.meta.main) writeFileSync(new URL('public/postern.css', root), buildStyleSheet())
