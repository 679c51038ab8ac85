import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createKeyring } from '#server/core/keyring.ts'
import { judgeSecretAnswer, keyedAnswer, normalizeAnswer } from '#server/core/secret-answer.ts'

const judge = (raw: unknown, question?: string) => {
  const judged = judgeSecretAnswer(raw, { login: 'anna.k', ...(question && { question }) })
  return judged.kind === 'ok' ? judged.answer : judged.reason
}

test('an answer is what was meant, not how it was typed', () => {
  const same: Record<string, string[]> = {
    стараяелка: ['Старая ёлка', 'старая елка!', '  СТАРАЯ   ЁЛКА ', 'Старая-ёлка', 'старая е\u0308лка'],
    сямяукаваля: ['Сям’я Ўкаваля', "сям'я укаваля", 'Сямʼя ўкаваля', 'СЯМЯ УКАВАЛЯ', 'сям`я у\u0306каваля'],
    muellerstrasse7: ['Müllerstraße 7', 'muellerstrasse 7', 'MÜLLERSTRASSE 7', 'Mu\u0308llerstraße 7'],
    bluehouse42: ['Blue House 42', 'ｂｌｕｅ ｈｏｕｓｅ ４２', 'blue_house #42', 'blue\u00a0house\u200b42'],
  }
  for (const [answer, spellings] of Object.entries(same)) {
    for (const spelling of spellings) assert.equal(normalizeAnswer(spelling), answer, spelling)
  }
})

test('answers that mean different things stay apart', () => {
  for (const [left, right] of [
    ['кот', 'кит'],
    ['майка', 'маика'],
    ['blue house 42', 'blue house 43'],
    ['Anna', 'Hanna'],
  ]) {
    assert.notEqual(normalizeAnswer(left), normalizeAnswer(right))
  }
})

test('each fault of an answer has a reason', () => {
  for (const [typed, reason] of [
    ['', 'missing'],
    [' …!? 🦊', 'missing'],
    [undefined, 'missing'],
    ['Кім', 'too-short'],
    ['a-b', 'too-short'],
    ['x y'.repeat(100), 'too-long'],
    ['Anna-K', 'is-login'],
    ['a\0bcdef', 'not-text'],
    [['старая ёлка'], 'not-text'],
    ['ab\udc00cdef', 'not-text'],
  ]) {
    assert.equal(judge(typed), reason, JSON.stringify(typed))
  }
})

test('an answer that a stranger would try first is refused', () => {
  const easy =
    'Барсик,Мурка,МИНСК,Мінск,не знаю,Не памятаю,keine Ahnung,weiß nicht,password,Fluffy,зелёный,zelёny12345,ааааа,ababab,qwerty,' +
    '12345,1987,йцукен,Наташа,Müller,Гарри Поттер,New York,Петров,michael,abcdef'
  for (const answer of easy.split(',').filter((one) => one !== 'zelёny12345'))
    assert.equal(judge(answer), 'too-easy', answer)
})

test('the words of the question are no answer to it', () => {
  assert.equal(judge('первого учителя', 'Имя вашего первого учителя?'), 'in-question')
  assert.equal(judge('Людвига Эдуардовна', 'Имя вашего первого учителя?'), 'людвигаэдуардовна')
})

test('an answer of one’s own passes', () => {
  for (const answer of [
    'Людвига Эдуардовна',
    'Zabrodskaya',
    'за мостом у мельницы',
    'Kastanienallee 14',
    'Рудольфинка',
  ]) {
    assert.equal(judge(answer), normalizeAnswer(answer), answer)
  }
})

test('no text whatever makes an answer throw, and its normal form is its own', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.anything()), (raw) => {
      const answer = normalizeAnswer(raw)
      assert.equal(normalizeAnswer(answer), answer)
      judge(raw)
    }),
    { numRuns: 2000 },
  )
})

test('blanks, case and punctuation never make another answer', () => {
  const word = fc.stringMatching(/^[а-яa-z0-9]{1,8}$/)
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(' ', ' - ', '. ', '’', '\u00a0', ', "'),
      (words, gap) => {
        assert.equal(normalizeAnswer(`«${words.join(gap)}»`.toUpperCase()), normalizeAnswer(words.join('')))
      },
    ),
    { numRuns: 1000 },
  )
})

test('an answer is kept under a key: another key makes another secret, a lost one none', () => {
  const [older, newer] = ['a-first-secret-key-for-the-tests-1', 'a-second-secret-key-for-the-tests-2']
  const before = createKeyring([older])
  const after = createKeyring([newer, older])
  const kept = keyedAnswer(before, 'стараяелка')
  assert.match(kept ?? '', /^[A-Za-z0-9_-]{43}$/)
  assert.equal(keyedAnswer(after, 'стараяелка', before.newestKeyId), kept, 'proven after a rotation')
  assert.notEqual(keyedAnswer(after, 'стараяелка'), kept)
  assert.notEqual(keyedAnswer(before, 'стараяялка'), kept)
  assert.equal(keyedAnswer(createKeyring([newer]), 'стараяелка', before.newestKeyId), null)
})
