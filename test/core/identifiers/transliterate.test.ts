import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transliterate } from '#server/core/identifiers/transliterate.ts'

test('a Belarusian name is written by the official romanisation, without its marks', () => {
  for (const [typed, latin] of [
    ['Ганна', 'hanna'],
    ['Сяргей Ляўковіч', 'siarhiej.liaukovic'],
    ['Юлія', 'julija'],
    ["Мар'яна", 'marjana'],
    ['Мар’яна', 'marjana'],
    ['Аляксей', 'aliaksiej'],
    ['Пётр Ёлкін', 'piotr.jolkin'],
    ['Васільеў', 'vasiljeu'],
    ['Цэцылія Жук', 'cecylija.zuk'],
  ] as const)
    assert.equal(transliterate(typed, 'be'), latin, typed)
})

test('a Russian name is written as in a passport', () => {
  for (const [typed, latin] of [
    ['Сергей Юрьевич', 'sergei.iurevich'],
    ['Щукин', 'shchukin'],
    ['Подъездов', 'podieezdov'],
    ['Фёдор Цыганов', 'fedor.tsyganov'],
    ['Хрущёв', 'khrushchev'],
    ['Наталья', 'natalia'],
  ] as const)
    assert.equal(transliterate(typed, 'ru'), latin, typed)
})

test('a Ukrainian name is written by the table of the government', () => {
  for (const [typed, latin] of [
    ['Згурівський', 'zghurivskyi'],
    ['Юрій Щур', 'yurii.shchur'],
    ['Їжакевич', 'yizhakevych'],
    ['Єнакієве', 'yenakiieve'],
    ["Знам'янка", 'znamianka'],
    ['Ґалаґан', 'galagan'],
    ['Йосипівка', 'yosypivka'],
    ['Щербак Ягідна', 'shcherbak.yahidna'],
  ] as const)
    assert.equal(transliterate(typed, 'en'), latin, typed)
})

test('German letters are written out, and other Latin letters lose their marks', () => {
  for (const [typed, latin] of [
    ['Müller-Straße', 'mueller-strasse'],
    ['Jörg Ärmel', 'joerg.aermel'],
    ['Łukasz Żółć', 'lukasz.zolc'],
    ['Šarūnas', 'sarunas'],
    ['Kavalčuk', 'kavalcuk'],
    ['İrem', 'irem'],
    ['ａｎｎａ', 'anna'],
  ] as const)
    assert.equal(transliterate(typed, 'de'), latin, typed)
})

test('the letters decide on the language of a name, and the page only where they leave a choice', () => {
  assert.equal(transliterate('Сергей', 'be'), 'sierhiej')
  assert.equal(transliterate('Сергей', 'ru'), 'sergei')
  assert.equal(transliterate('Сергей', 'de'), 'sergei')
  assert.equal(transliterate('Щукин', 'be'), 'shchukin')
  assert.equal(transliterate('Воўк', 'ru'), 'vouk')
  assert.equal(transliterate('Їжак', 'be'), 'yizhak')
})

test('a name with a sign that has no Latin spelling gets none', () => {
  for (const typed of ['陳', 'анна!', 'a+b', 'Ελένη', '🙂'])
    assert.equal(transliterate(typed, 'ru'), undefined, typed)
})
