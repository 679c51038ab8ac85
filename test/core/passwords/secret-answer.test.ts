import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wordsOfContact } from '#server/core/identifiers/contact-words.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'
import {
  judgeSecretAnswer,
  keyedAnswer,
  normalizeAnswer,
} from '#server/core/passwords/secret-answer.ts'

const judge = (raw: unknown, question?: string) => {
  const judged = judgeSecretAnswer(raw, { login: 'anna.k', ...(question && { question }) })
  if (judged.kind === 'ok') return judged.answer
  assert.equal(judged.kind, 'refused')
  return judged.reason
}

test('an answer counts by what was meant, not by how it was typed', () => {
  const same: Record<string, string[]> = {
    стараяелка: [
      'Старая ёлка',
      'старая елка!',
      '  СТАРАЯ   ЁЛКА ',
      'Старая-ёлка',
      'старая е\u0308лка',
    ],
    сямяукаваля: [
      'Сям’я Ўкаваля',
      "сям'я укаваля",
      'Сямʼя ўкаваля',
      'СЯМЯ УКАВАЛЯ',
      'сям`я у\u0306каваля',
    ],
    muellerstrasse7: [
      'Müllerstraße 7',
      'muellerstrasse 7',
      'MÜLLERSTRASSE 7',
      'Mu\u0308llerstraße 7',
    ],
    baerenweg5: ['Bärenweg 5', 'Baerenweg 5'],
    groessewien: ['Größe Wien', 'Groesse Wien'],
    οδυσσεύσ: ['Οδυσσεύς', 'ΟΔΥΣΣΕΎΣ'],
    हिन्दीभाषा: ['हिन्दी भाषा', '\u0301\u0301हिन्दी-भाषा'],
    bluehouse42: [
      'Blue House 42',
      'ｂｌｕｅ ｈｏｕｓｅ ４２',
      'blue_house #42',
      'blue\u00a0house\u200b42',
    ],
  }
  for (const [answer, spellings] of Object.entries(same)) {
    for (const spelling of spellings) assert.equal(normalizeAnswer(spelling), answer, spelling)
  }
})

test('answers with different meanings have different normal forms', () => {
  for (const [left, right] of [
    ['кот', 'кит'],
    ['майка', 'маика'],
    ['blue house 42', 'blue house 43'],
    ['Anna', 'Hanna'],
  ]) {
    assert.notEqual(normalizeAnswer(left), normalizeAnswer(right))
  }
})

test('each fault of an answer has its own reason', () => {
  for (const [typed, reason] of [
    ['', 'missing'],
    [' …!? 🦊', 'missing'],
    [undefined, 'missing'],
    [null, 'missing'],
    ['Зоська над возерам '.repeat(11).slice(0, 201), 'too-long'],
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
    'Барсик,Мурка,МИНСК,Мінск,не знаю,Не памятаю,keine Ahnung,weiß nicht,password,Fluffy,' +
    'зелёный,ааааа,ababab,qwerty,12345,1987,йцукен,Наташа,Müller,Гарри Поттер,New York,Петров,' +
    'michael,abcdef'
  for (const answer of easy.split(',')) assert.equal(judge(answer), 'too-easy', answer)
})

test('the most frequent answers are refused in all four languages', () => {
  const common = `
    забыл,секретный,забыў,адказ,unknown,nobody,niemand,vergessen,полкан,рыжик,кеша,тимоша,мурзік,
    тузік,шчанюк,хамяк,bella,daisy,parrot,hamster,борисов,орша,магілёў,масква,петербург,украіна,
    grodno,vitebsk,belarus,germany,красный,синий,ружовы,блакітны,gelb,пицца,шакалад,марозіва,
    мерседес,волга,теннис,fussball,дедушка,сестра,сяброўка,grandma,иванов,петрова,пятроў,іваноў,
    schneider,fischer,галина,андрюша,саша,міхаіл,лёша,mary,stefan,sabine,не помню,dont know,
    война и мир,lord of the rings`
  for (const answer of common.trim().split(/,\s*/)) assert.equal(judge(answer), 'too-easy', answer)
})

test('an answer of few signs or a short number is refused, a longer or unusual one passes', () => {
  for (const answer of ['гыгыгы', 'zwzwzw', '48213', '4821'])
    assert.equal(judge(answer), 'too-easy', answer)
  for (const answer of ['нинани', '4821367', 'ружка', '48 вяроўкіна'])
    assert.equal(judge(answer), normalizeAnswer(answer))
  const longest = 'Зоська над возерам '.repeat(11).slice(0, 200)
  assert.equal(judge(longest), normalizeAnswer(longest))
})

test('a value that is no text has an empty normal form', () => {
  for (const raw of [undefined, null, 7, ['кот'], 'a\0b']) assert.equal(normalizeAnswer(raw), '')
})

test('neither the mailbox nor a contact of its owner is an answer', () => {
  const about = {
    login: 'anna.k',
    address: 'anna.k@postern.example',
    contactWords: [
      ...wordsOfContact({ kind: 'phone', value: '+375291234567', canonical: '+375291234567' }),
      ...wordsOfContact({
        kind: 'backup-address',
        value: 'hanna.private@example.org',
        canonical: 'hanna.private@example.org',
      }),
    ],
  }
  const reasonOf = (raw: string) => {
    const judged = judgeSecretAnswer(raw, about)
    return judged.kind === 'refused' ? judged.reason : 'ok'
  }
  for (const raw of ['anna.k', 'Anna-K', 'k.anna', 'ANNA.K+x@postern.example'])
    assert.equal(reasonOf(raw), 'is-login', raw)
  for (const raw of ['8 029 123-45-67', '765432192573+', 'hanna.private', 'etavirp.annah'])
    assert.equal(reasonOf(raw), 'is-contact', raw)
  assert.equal(reasonOf('Гарбарня на Нямізе'), 'ok')
})

test('words of the question are refused as its answer', () => {
  assert.equal(judge('первого учителя', 'Имя вашего первого учителя?'), 'in-question')
  assert.equal(judge('Людвига Эдуардовна', 'Имя вашего первого учителя?'), 'людвигаэдуардовна')
})

test('an unusual answer passes', () => {
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

test('an answer is hashed with a key, and cannot be proven after the key is gone', () => {
  const [older, newer] = [
    'a-first-secret-key-for-the-tests-1',
    'a-second-secret-key-for-the-tests-2',
  ]
  const before = createKeyring([older])
  const after = createKeyring([newer, older])
  const kept = keyedAnswer(before, 'стараяелка')
  assert.equal(
    kept,
    'xa4-w5V_a_gB3p2XLEzDXFNXYYFz1pKCBiplWBlzi6I',
    'as every release before made it',
  )
  assert.equal(
    keyedAnswer(after, 'стараяелка', before.newestKeyId),
    kept,
    'proven after a rotation',
  )
  assert.notEqual(keyedAnswer(after, 'стараяелка'), kept)
  assert.notEqual(keyedAnswer(before, 'стараяялка'), kept)
  assert.equal(keyedAnswer(createKeyring([newer]), 'стараяелка', before.newestKeyId), null)
})
