// The worker thread of the letter parser.
import { parentPort } from 'node:worker_threads'
import { parseReportMail } from '../reports/mail/parse-report-mail.ts'
import { parseLetter, type Reading, readAttachment } from './parse-letter.ts'

export type ParserTask =
  | {
      readonly what: 'letter'
      readonly input: Uint8Array | string
      readonly reading: Reading
    }
  | {
      readonly what: 'report-mail'
      readonly input: Uint8Array
      readonly ownAddresses: readonly string[]
    }
  | { readonly what: 'attachment'; readonly input: Uint8Array | string; readonly sha256: string }

async function run(task: ParserTask): Promise<unknown> {
  if (task.what === 'letter') return parseLetter(task.input, task.reading)
  if (task.what === 'report-mail') return parseReportMail(task.input, task.ownAddresses)
  return readAttachment(task.input, task.sha256)
}

parentPort?.on('message', async (task: ParserTask) => {
  try {
    parentPort?.postMessage({ result: await run(task) })
  } catch (error) {
    parentPort?.postMessage({ fault: error instanceof Error ? error.message : String(error) })
  }
})

parentPort?.postMessage({ ready: true })
