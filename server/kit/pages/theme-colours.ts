// Reads colours for mails: mail programs know no custom properties.

const names = [
  'page',
  'surface',
  'text',
  'quiet',
  'line',
  'link',
  'header',
  'header-text',
  'header-line',
  'button',
  'button-text',
  'error',
] as const

export type ColourName = (typeof names)[number]
export type Colours = Readonly<Record<ColourName, string>>
export interface ThemeColours {
  readonly light: Colours
  readonly dark: Colours
}

/** Has no sign that could end the declaration: `#0b5c66`, `rgb(0 40 60)`. */
const isPlainColour = (value: string): boolean =>
  /^(?:#[\da-f]{3,8}|[a-z]{3,24})$/i.test(value) ||
  /^(?:rgba?|hsla?|oklch|oklab|lab|lch)\([\d\s.,%/deg-]{1,60}\)$/i.test(value)

const darkBlock = /@media[^{}]*prefers-color-scheme:\s*dark[^{}]*\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}/g

/** Later rules win. Ignores `var(…)`. @throws if a colour is set nowhere */
export function readThemeColours(css: string): ThemeColours {
  const bare = css.replace(/\/\*[\s\S]*?\*\//g, '')
  const light = rootValues(bare.replace(darkBlock, ''))
  const dark = rootValues([...bare.matchAll(darkBlock)].map((match) => match[1]).join('\n'))
  return { light: complete(light), dark: complete(new Map([...light, ...dark])) }
}

function rootValues(css: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, block = ''] of css.matchAll(/(?:^|[\s},;])(?::root|html)\s*\{([^{}]*)\}/g))
    for (const [, name = '', value = ''] of block.matchAll(
      /--postern-([a-z-]+)\s*:\s*([^;]+?)\s*(?:;|$)/g,
    ))
      if (isPlainColour(value)) found.set(name, value)
  return found
}

function complete(found: ReadonlyMap<string, string>): Colours {
  const pairs = names.map((name) => {
    const value = found.get(name)
    if (value === undefined)
      throw new Error(`no style sheet sets --postern-${name} to a plain colour`)
    return [name, value]
  })
  return Object.fromEntries(pairs)
}
