import type { Keyring } from '#server/core/keys/keyring.ts'
import { type QuestionId, questionIds } from './questions.ts'

/** Security: A name without a question always gets the same decoy from the list. */
export function decoyQuestion(keyring: Keyring, nameKey: string): QuestionId {
  // By the oldest key and a ranking: few decoys change when a question is added.
  const keyId = keyring.keyIds.at(-1) ?? keyring.newestKeyId
  const rankOf = (id: string) =>
    keyring.digestUnder(keyId, 'security-question.decoy', `${nameKey} ${id}`) ?? Buffer.alloc(0)
  const ranked = questionIds.map((id) => ({ id, rank: rankOf(id) }))
  return ranked.reduce((best, each) => (Buffer.compare(each.rank, best.rank) > 0 ? each : best)).id
}
