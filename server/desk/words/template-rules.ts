// Templates of what staff write: texts in every language, with variables such as `{reference}`.

export const audiences = ['reporter', 'owner'] as const
export type Audience = (typeof audiences)[number]
export const isAudience = (value: unknown): value is Audience =>
  audiences.some((each) => each === value)

/** Security: No template for a reporter has a variable that names the mailbox. */
export const variables: Readonly<Record<Audience, readonly string[]>> = {
  reporter: ['reference', 'received', 'service'],
  owner: ['mailbox', 'measure', 'cause', 'until', 'service'],
}

const variable = /\{([^{}]*)\}/g

/** Names in braces that the audience has not. A brace without its pair counts too. */
export function findUnknown(audience: Audience, text: string): string[] {
  const names = [...text.matchAll(variable)].map(([, name = '']) => name)
  const known = variables[audience]
  const strange = names.filter((name) => !known.includes(name))
  return /[{}]/.test(text.replace(variable, '')) ? [...strange, '{'] : strange
}

export type Values = Readonly<Record<string, string>>

export const fillTemplate = (text: string, values: Values): string =>
  text.replace(variable, (whole, name: string) => values[name] ?? whole)
