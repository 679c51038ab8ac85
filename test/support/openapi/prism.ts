// Prism between an adapter and a fake passes everything on and notes what breaks the description.
import { fileURLToPath } from 'node:url'
import { getHttpOperationsFromSpec } from '@stoplight/prism-http'
import { createServer } from '@stoplight/prism-http-server'
import { pino } from 'pino'

export interface Prism {
  readonly url: string
  /** What was said against the description, in Prism's words, oldest first. */
  readonly violations: string[]
  stop(): Promise<void>
}

/** @param description file beside this one */
export async function startPrism(description: string, upstream: string): Promise<Prism> {
  const violations: string[] = []
  const logger = pino(
    { level: 'warn' },
    {
      write(line: string) {
        const { msg } = JSON.parse(line) as { msg: string }
        // A line that broke upstream is an accident that the test asked for.
        if (!msg.includes('FetchError')) violations.push(msg)
      },
    },
  )
  const operations = await getHttpOperationsFromSpec(
    fileURLToPath(new URL(description, import.meta.url)),
  )
  const server = createServer(operations, {
    components: { logger },
    cors: false,
    config: {
      isProxy: true,
      upstream: new URL(upstream),
      upstreamProxy: undefined,
      validateRequest: true,
      validateResponse: true,
      checkSecurity: true,
      errors: false,
      mock: { dynamic: false },
    },
  })
  const url = await server.listen(0, '127.0.0.1')
  return { url, violations, stop: () => server.close() }
}
