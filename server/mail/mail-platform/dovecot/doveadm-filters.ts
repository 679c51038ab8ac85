import type { PlatformFilters } from '../mail-platform.ts'
import { type Answer, badData, expectDone, noSuchUser, nothingFound } from './doveadm-answer.ts'
import type { RunDoveadm } from './doveadm-connection.ts'

export function createDoveadmFilters(run: RunDoveadm): PlatformFilters {
  const ask = async (
    name: string,
    parameters: Record<string, unknown>,
    fine: readonly number[],
  ): Promise<Answer> => {
    const [answer] = await run([[name, parameters]])
    return expectDone(name, answer, [noSuchUser, ...fine])
  }
  const outcomeOf = (answer: Answer) => {
    if (answer.kind === 'done') return 'done'
    return answer.exitCode === badData ? 'refused' : 'absent'
  }

  return {
    async list(address) {
      const answer = await ask('sieveList', { user: address }, [nothingFound])
      if (answer.kind === 'failed') return []
      const rows = answer.rows as { script: string; active: string }[]
      return rows.map(({ script, active }) => ({ name: script, active: active !== '' }))
    },
    async read(address, name) {
      const answer = await ask('sieveGet', { user: address, scriptname: name }, [nothingFound])
      if (answer.kind === 'failed') return undefined
      return (answer.rows as { 'sieve script': string }[])[0]?.['sieve script'] ?? ''
    },
    async deactivate(address) {
      await ask('sieveDeactivate', { user: address }, [nothingFound])
    },
    async write(address, { name, text }) {
      const answer = await ask('sievePut', { user: address, scriptname: name, file: text }, [
        badData,
      ])
      return outcomeOf(answer) === 'refused' ? 'refused' : 'done'
    },
    async activate(address, name) {
      return outcomeOf(
        await ask('sieveActivate', { user: address, scriptname: name }, [nothingFound, badData]),
      )
    },
    async remove(address, name) {
      await ask('sieveDelete', { user: address, scriptname: [name] }, [nothingFound])
    },
  }
}
