// Postfix's policy delegation protocol.
// A request is lines of name=value and an empty line. The answer is one action.
// Source: https://www.postfix.org/SMTPD_POLICY_README.html

export type PolicyRequest = ReadonlyMap<string, string>

const requestMax = 64 * 1024

/** Returns each request as soon as it is complete. @throws Error if one never ends */
export function createPolicyReader(): (chunk: string) => PolicyRequest[] {
  let rest = ''
  return (chunk) => {
    const whole = (rest + chunk).split('\n\n')
    rest = whole.pop() ?? ''
    if (rest.length > requestMax) throw new Error('a policy request without an end')
    return whole.map((text) => {
      const pairs = text.split('\n').map((line): [string, string] => {
        const split = line.indexOf('=')
        return [line.slice(0, split), line.slice(split + 1)]
      })
      return new Map(pairs)
    })
  }
}

export const writeAction = (action: string): string => `action=${action}\n\n`
