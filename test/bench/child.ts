// Child processes that answer one question at a time.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

export interface Child<Question, Given> {
  readonly pid: number
  ask(question: Question): Promise<Given>
  stop(): Promise<void>
}

/** @param file relative to this folder */
export function startChild<Question extends object, Given>(
  file: string,
  env: Readonly<Record<string, string>> = {},
): Child<Question, Given> {
  const child: ChildProcess = fork(new URL(file, import.meta.url), {
    env: { ...process.env, ...env },
  })
  return {
    pid: child.pid ?? 0,
    async ask(question) {
      const settled = new AbortController()
      const answered = once(child, 'message', settled)
      const ended = once(child, 'exit', settled).then(([code]) => {
        throw new Error(`${file} ended with ${code}`)
      })
      child.send(question)
      const [given] = await Promise.race([answered, ended]).finally(() => {
        settled.abort()
        for (const one of [answered, ended]) one.catch(() => {})
      })
      return given as Given
    },
    async stop() {
      if (child.exitCode !== null) return
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

/** Runs in the child. */
export function answerParent<Question, Given>(
  answer: (question: Question) => Promise<Given>,
): void {
  process.on('message', (question) => {
    answer(question as Question).then(
      (given) => process.send?.(given as object),
      (fault) => {
        process.stderr.write(`${(fault as Error).stack}\n`)
        process.exit(1)
      },
    )
  })
  process.on('disconnect', () => process.exit(0))
}
