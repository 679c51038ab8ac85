// Makes server/core/passwords/common-list.bin when it is run by node.
import { writeFileSync } from 'node:fs'
import common from '@zxcvbn-ts/language-common'
import german from '@zxcvbn-ts/language-de'
import english from '@zxcvbn-ts/language-en'
import { fingerprintOf, LIST_FILE, RECORD_BYTES } from '#server/core/passwords/common-list.ts'

/** From leaked lists, most used first. */
const passwords = common.dictionary['passwords-common']

/**
 * Leaked lists contain Cyrillic words mostly in the other keyboard layout (gfhjkm for пароль).
 * These words are missing there, or are common in our region.
 */
const belarusianAndRussian =
  'пароль пароли парольпароль привет приветик прывитанне вітаю прывітанне любовь любимая любимый люблю кахаю каханне каханая ' +
  'солнышко солнце сонейка зайчик зайка зайчонок котик котенок кошка кіт котік собака сабака мама мамочка папа тата бабушка ' +
  'матуля мамуля дружба сябар сябры друзья счастье шчасце радость весна вясна лето осень восень зима надежда вера мечта мара ' +
  'свобода воля жизнь жыццё судьба ангел анёл демон дракон дракончик медведь мядзведзь волк воўк воучок тигр лев сокол ' +
  'принцесса королева король кароль мастер хозяин господин админ администратор адміністратар пользователь карыстальнік ' +
  'гость тест проверка праверка секрет сакрэт тайна таямніца неизвестно незнаю нет неа дада спартак динамо дынама зенит ' +
  'футбол хоккей хакей чемпион беларусь радзіма родина россия москва минск мінск гомель брест гродно витебск могилев віцебск ' +
  'гродна магілёў бабруйск пинск питер ленинград украина киев европа америка победа перамога слава пагоня зубр бусел буслік ' +
  'василёк васілёк жыве живебеларусь жывебеларусь зорка звезда звездочка ночь луна месяц неба небо море мора океан ' +
  'александр александра аляксандр алексей аляксей анастасия анастасія настя андрей андрэй анна ганна антон артем артём ' +
  'валентина валерия виктор віктар виктория виталий владимир уладзімір вова вика дарья даша дима дмитрий дзмітрый евгений ' +
  'екатерина кацярына катя каця елена алена алёна иван іван ваня ирина ірына игорь ігар кирилл кристина ксения ксюша ' +
  'людмила максим максім маргарита марина мария марыя маша михаил миша наталья наталля наташа никита николай мікалай коля ' +
  'оксана ольга вольга оля павел паша полина роман рома светлана святлана света сергей сяргей сережа станислав татьяна ' +
  'таццяна таня юлия юлія юля юрий юра ярослав яна денис даниил егор игорёк кактус компьютер камп’ютар интернет почта пошта ' +
  'работа праца деньги грошы школа универ институт студент директор дырэктар бухгалтер бухгалтерия офис отдел фирма ' +
  'йцукен йцукенг фыва фывапролдж ячсмить ячсмитьбю'

const words = [english.dictionary, german.dictionary].flatMap((dictionary) =>
  Object.entries(dictionary)
    // Encyclopaedias add mark-up and place names that nobody chooses.
    .filter(([name]) => !name.startsWith('wikipedia'))
    .flatMap(([, list]) => list),
)

const fold = (entry: string) => entry.normalize('NFKC').toLowerCase()
const own = belarusianAndRussian.split(' ')
const veryCommon = [...passwords.slice(0, 1000), ...own]
  .map(fold)
  .filter((entry) => /^\p{L}{3,}$/u.test(entry))

/** The tests compare this with the stored file. */
export function makeCommonList(): Buffer {
  const entries = new Set(
    [...passwords, ...own, ...words].map(fold).filter((entry) => [...entry].length >= 3),
  )
  const marked = new Set(veryCommon)
  const records = new Set(
    [...entries].map((entry) => fingerprintOf(entry) + (marked.has(entry) ? 1 : 0)),
  )
  const file = Buffer.alloc(records.size * RECORD_BYTES)
  const sorted = Float64Array.from(records).sort()
  for (const [place, record] of sorted.entries())
    file.writeUIntBE(record, place * RECORD_BYTES, RECORD_BYTES)
  return file
}

if (import.meta.main) writeFileSync(LIST_FILE, makeCommonList())
