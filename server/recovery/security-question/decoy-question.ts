import type { Keyring } from '#server/core/keys/keyring.ts'
import { type QuestionId, questionIds } from './questions.ts'

/**
 * The question that a name is asked that has none: for one name always the same, and when the list grows, for most names still the same.
 * @param nameKey keyed digest of the name
 */
export function decoyQuestion(keyring: Keyring, nameKey: string): QuestionId {
  // The oldest key stays listed: the question must not change on the day of a rotation.
  const keyId = keyring.keyIds.at(-1) ?? keyring.newestKeyId
  const rankOf = (id: string) =>
    keyring.digestUnder(keyId, 'security-question.decoy', `${nameKey} ${id}`) ?? Buffer.alloc(0)
  const ranked = questionIds.map((id) => ({ id, rank: rankOf(id) }))
  return ranked.reduce((best, each) => (Buffer.compare(each.rank, best.rank) > 0 ? each : best)).id
}
