/** Answers to security questions: told apart by what was meant, not by how it was typed; refused where anybody would guess. */

import { readingsOf } from '../identifiers/contact-words.ts'
import type { Keyring } from '../keys/keyring.ts'
import { isText } from '../text-input.ts'
import { isVeryCommon } from './common-list.ts'
import { EASY_ANSWERS } from './easy-answers.ts'
import { isWalk } from './keyboard.ts'

export type SecretAnswerRefusal =
  | 'missing'
  | 'not-text'
  | 'too-short'
  | 'too-long'
  | 'too-easy'
  | 'is-login'
  | 'is-contact'
  | 'is-password'
  | 'in-question'
export type JudgedSecretAnswer =
  | { kind: 'ok'; answer: string }
  | { kind: 'refused'; reason: SecretAnswerRefusal }

/** Letters and digits that must be left of an answer, and the most that is read of one. */
export const ANSWER_MIN = 4
export const ANSWER_MAX = 200

export interface AnswerAbout {
  readonly login: string
  /** Of the mailbox. */
  readonly address?: string
  /** See `wordsOfContact`: of the contacts that the account holds. */
  readonly contactWords?: readonly string[]
  /** Its text as shown, in the person's language. */
  readonly question?: string
}

/** Judges an answer that somebody wants to set, but for `is-password`, which takes a hash to tell. */
export function judgeSecretAnswer(raw: unknown, about: AnswerAbout): JudgedSecretAnswer {
  if (raw === undefined || raw === null) return refused('missing')
  if (!isText(raw)) return refused('not-text')
  if ([...raw].length > ANSWER_MAX) return refused('too-long')
  const answer = normalizeAnswer(raw)
  const length = [...answer].length
  if (length === 0) return refused('missing')
  if (length < ANSWER_MIN) return refused('too-short')
  const readings = readingsOf(raw).map(normalizeAnswer)
  if (isMailboxName(readings, about)) return refused('is-login')
  if (isContact(readings, about.contactWords ?? [])) return refused('is-contact')
  if (about.question && normalizeAnswer(about.question).includes(answer))
    return refused('in-question')
  if (isEasy(answer)) return refused('too-easy')
  return { kind: 'ok', answer }
}

// Security: whoever knows the mailbox or a contact of its owner does not know the answer.
function isMailboxName(readings: readonly string[], { login, address }: AnswerAbout): boolean {
  const names = [login, ...(address === undefined ? [] : [address])].map(normalizeAnswer)
  return names.some((name) => readings.includes(name))
}

/** A number may have its country or a zero before it. */
function isContact(readings: readonly string[], words: readonly string[]): boolean {
  return words.map(normalizeAnswer).some((word) => {
    if (word.length < ANSWER_MIN) return false
    const isNumber = /^\d+$/.test(word)
    return readings.some(
      (each) => each === word || (isNumber && /^\d+$/.test(each) && each.endsWith(word)),
    )
  })
}

function isEasy(answer: string): boolean {
  // Security: an answer that a stranger would try first is refused.
  // Years and house numbers are such too.
  easy ??= new Set(EASY_ANSWERS.map(normalizeAnswer))
  const few = new Set(answer).size < 3 || /^\d{1,5}$/.test(answer)
  return few || isWalk(answer) || isVeryCommon(answer) || easy.has(answer)
}

let easy: Set<string> | null = null

/**
 * The form in which answers are compared: NFKC, lower case, letters and digits only (so blanks, punctuation and every kind of
 * апостраф go), ё as е, ў as у, and German umlauts as they are typed without them.
 * @returns the empty string for what is no text.
 */
export function normalizeAnswer(raw: unknown): string {
  if (!isText(raw)) return ''
  const folded = raw.normalize('NFKC').toLowerCase().normalize('NFKC')
  return folded
    .replace(/[ёўßäöüς]/g, (letter) => SAME[letter] ?? letter)
    .replace(/[^\p{L}\p{N}\p{M}]|[\u02b9-\u02cf]|[\ufe00-\ufe0f]/gu, '')
    .replace(/^\p{M}+/u, '')
    .normalize('NFKC')
}

const SAME: Record<string, string> = { ё: 'е', ў: 'у', ß: 'ss', ä: 'ae', ö: 'oe', ü: 'ue', ς: 'σ' }

/**
 * What is given to the password hasher in an answer's place: without the key that is outside the database, even the few
 * answers worth trying cannot be tried. Keep `keyring.newestKeyId` beside the hash and name it here when proving.
 * @param answer in its normal form.
 * @returns null where that key is no longer listed: such an answer can no longer be proven.
 */
export function keyedAnswer(
  keyring: Keyring,
  answer: string,
  keyId: string = keyring.newestKeyId,
): string | null {
  return (
    keyring.digestUnder(keyId, 'security-question.answer', answer)?.toString('base64url') ?? null
  )
}

function refused(reason: SecretAnswerRefusal): JudgedSecretAnswer {
  return { kind: 'refused', reason }
}
