// What a stranger answers first, in the portal's languages.

const EXCUSES = `
  нет да незнаю забыл забыла ответ секрет секретный пароль никто ничего никогда никак нету так
  забыў забыла адказ сакрэт пароль ніхто нічога ніколі no yes none nothing never nobody
  unknown idontknow forgot answer secret password whatever anything test nein ja nichts
  niemand nie keine keiner vergessen antwort geheim passwort`

const PETS = `
  барсик мурка мурзик рыжик васька пушок снежок тузик шарик бобик рекс джек лорд граф дружок
  полкан найда жучка тишка тимоша кузя кеша гоша маркиз симба персик соня муся буся дуся люся
  ася бася барон лайка барсік мурзік рыжык тузік шарык бобік сябра кузьма коця коцік кошка
  собака кот котик пёс щенок попугай хомяк сабака кот коцік шчанюк папугай хамяк rex max bella
  luna charlie lucy buddy rocky bailey daisy molly jack lucky shadow oscar tiger simba smokey
  princess kitty fluffy dog cat puppy kitten hamster parrot bello waldi hasso minka mieze
  felix balu sammy emma amy hund katze wellensittich`

const PLACES = `
  минск москва брест гродно витебск гомель могилёв бобруйск барановичи борисов пинск орша
  мозырь солигорск лида полоцк мінск масква гродна віцебск гомель магілёў бабруйск баранавічы
  барысаў пінск ворша мазыр салігорск ліда полацк питер санкт-петербург петербург ленинград
  киев кіеў россия беларусь украина расія украіна minsk moscow brest grodno vitebsk gomel
  mogilev london paris berlin hamburg münchen munich köln frankfurt wien vienna newyork russia
  belarus germany deutschland england america usa`

const TASTES = `
  красный синий зелёный белый чёрный жёлтый розовый голубой оранжевый фиолетовый серый чырвоны
  сіні зялёны белы чорны жоўты ружовы блакітны аранжавы фіялетавы шэры red blue green white
  black yellow pink purple orange rot blau grün weiß schwarz gelb rosa lila пицца суши драники
  борщ шашлык пельмени картошка макароны мясо шоколад мороженое піца дранікі боршч бульба мяса
  шакалад марозіва pizza sushi pasta spaghetti burger steak chocolate schnitzel schokolade
  лада жигули москвич запорожец волга ауди бмв мерседес форд опель рено тойота фольксваген
  lada audi bmw mercedes ford opel golf toyota volkswagen vw футбол хоккей хакей теннис
  football soccer hockey tennis fussball библия bible титаник матрица titanic matrix`

const PEOPLE = `
  мама папа бабушка дедушка брат сестра муж жена сын дочь друг подруга тата бабуля дзядуля
  сястра жонка сябар сяброўка mother father mom dad mama papa grandma grandpa brother sister
  husband wife friend oma opa mutter vater иванов иванова петров петрова сидоров сидорова
  кузнецов кузнецова смирнов смирнова ковалёв ковалёва козлов козлова новик іваноў іванова
  пятроў пятрова кавалёў кавалёва казлоў казлова smith johnson williams brown jones miller
  davis müller schmidt schneider fischer weber meyer wagner becker`

const NAMES = `
  александр александра алексей анастасия андрей анна антон артём валентина виктор виктория
  виталий владимир галина дарья дмитрий евгений екатерина елена иван игорь ирина кирилл ксения
  людмила максим маргарита марина мария михаил надежда наталья никита николай оксана ольга
  павел полина роман светлана сергей татьяна юлия юрий саша серёжа дима андрюша наташа таня
  лена катя маша настя юля оля света ира коля вова миша лёша ваня аляксандр аляксей сяргей
  андрэй дзмітрый мікалай міхаіл уладзімір алена наталля вольга таццяна кацярына марыя ірына
  святлана ганна john michael david james robert mary anna maria thomas peter andreas stefan
  sabine claudia susanne monika`

const PHRASES = `
  не знаю, не помню, не ведаю, не памятаю, dont know, i dont know, weiß nicht, keine ahnung,
  new york, harry potter, гарри поттер, star wars, война и мир, мастер и маргарита,
  lord of the rings, herr der ringe, der herr der ringe, санкт петербург`

export const EASY_ANSWERS: readonly string[] = [
  ...[EXCUSES, PETS, PLACES, TASTES, PEOPLE, NAMES].flatMap((words) => words.trim().split(/\s+/)),
  ...PHRASES.split(',').map((phrase) => phrase.trim()),
]
