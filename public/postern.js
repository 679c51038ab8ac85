// Small comforts; every page works without them.
for (const button of document.querySelectorAll('[data-toggle-password]')) {
  const input = document.getElementById(button.dataset.togglePassword)
  if (!input) continue
  const show = (visible) => {
    input.type = visible ? 'text' : 'password'
    button.textContent = visible ? button.dataset.hide : button.dataset.show
    button.setAttribute('aria-label', visible ? button.dataset.hideLabel : button.dataset.showLabel)
  }
  button.hidden = false
  button.addEventListener('click', () => show(input.type === 'password'))
  // A password that is sent while it is shown would be kept by the browser as ordinary text.
  input.form?.addEventListener('submit', () => show(false))
}

for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => print())
}

/** Words for a screen reader, which are spoken as they come. */
function addSpeaker() {
  const spoken = document.createElement('p')
  spoken.className = 'govuk-visually-hidden'
  spoken.setAttribute('role', 'status')
  document.querySelector('main').append(spoken)
  return spoken
}

const copyButtons = navigator.clipboard ? document.querySelectorAll('[data-copy]') : []
if (copyButtons.length) {
  const spoken = addSpeaker()
  for (const button of copyButtons) {
    const [face] = button.children
    const name = face.textContent
    button.hidden = false
    button.addEventListener('click', async () => {
      const copied = await navigator.clipboard.writeText(button.dataset.copy).then(
        () => true,
        () => false,
      )
      // Emptied first, so that the same words are spoken again.
      spoken.textContent = ''
      setTimeout(() => (spoken.textContent = copied ? button.dataset.said : button.dataset.failed))
      spoken.classList.toggle('govuk-visually-hidden', copied)
      if (!copied) return
      face.textContent = button.dataset.done
      setTimeout(() => (face.textContent = name), 2000)
    })
  }
}

// A hint, not the rule: the portal decides. Neighbours in the alphabet or on the keyboard add nothing; words count less.
const keys = 'qwertyuiop asdfghjkl zxcvbnm йцукенгшщзхъ фывапролджэ ячсмитьбю'
const strengthOf = (password, min) => {
  const signs = [...password]
  if (signs.length < min) return 'short'
  const fresh = signs.filter((sign, at) => {
    const step = at ? sign.codePointAt(0) - signs[at - 1].codePointAt(0) : 9
    const pair = `${signs[at - 1]}${sign}`.toLowerCase()
    return (
      Math.abs(step) > 1 &&
      !keys.includes(pair) &&
      !signs.slice(Math.max(0, at - 3), at).includes(sign)
    )
  })
  const mixed = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}\s]/u].filter((kind) =>
    kind.test(password),
  ).length
  const bits = fresh.length * (mixed > 2 ? 4 : 2.7) * Math.min(1, new Set(signs).size / 8)
  return bits < 30 ? 'weak' : bits < 48 ? 'fair' : 'strong'
}

for (const hint of document.querySelectorAll('[data-strength-of]')) {
  const input = document.getElementById(hint.dataset.strengthOf)
  input?.addEventListener('input', () => {
    const level = input.value ? strengthOf(input.value, Number(hint.dataset.min)) : ''
    // Only a change is written, so that a screen reader does not speak at every key.
    if (hint.dataset.level !== level) hint.textContent = level ? hint.dataset[level] : ''
    hint.dataset.level = level
  })
}

// A wait counts down, in the words of `wait` in server/kit/i18n/moments.ts. A browser that does not
// know the language, as most do not know Belarusian, shows minutes and seconds.
const inFigures = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
const inWords = (seconds) => {
  const [length, unit] =
    seconds <= 90 ? [1, 'second'] : seconds <= 5400 ? [60, 'minute'] : [3600, 'hour']
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang)
  return format.format(Math.ceil(seconds / length), unit)
}

for (const wait of document.querySelectorAll('[data-wait]')) {
  const spoken = addSpeaker()
  const text = wait.textContent
  const first = inWords(Number(wait.dataset.wait))
  const end = Date.now() + wait.dataset.wait * 1000
  const timer = setInterval(() => {
    const left = Math.ceil((end - Date.now()) / 1000)
    if (left > 0) {
      wait.textContent = text.includes(first)
        ? text.replace(first, inWords(left))
        : text.replace(/\d+\s\p{L}+/u, inFigures(left))
      return
    }
    clearInterval(timer)
    wait.textContent = wait.dataset.over
    spoken.textContent = wait.dataset.over
  }, 1000)
}

// A file that the portal would refuse is not sent.
const isTooLarge = (input) =>
  [...(input?.files ?? [])].some(({ size }) => size > Number(input.dataset.maxBytes))

for (const input of document.querySelectorAll('[data-max-bytes]')) {
  const show = () => {
    input.nextElementSibling.hidden = !isTooLarge(input)
    input.setAttribute('aria-invalid', isTooLarge(input))
  }
  input.addEventListener('change', show)
  input.form.addEventListener('submit', (event) => {
    if (!isTooLarge(input)) return
    event.preventDefault()
    input.focus()
  })
}

// A switch of the language or the colours keeps what was typed, but no password, code or answer.
const typedHere = `typed ${location.pathname}`
const isKept = ({ type, autocomplete, name }) =>
  name &&
  !/^(?:password|hidden|file|submit|button)$/.test(type) &&
  !/^(?:off|one-time-code)$/.test(autocomplete)
const fieldsToKeep = () =>
  [...document.querySelectorAll('form[method="post"] :is(input, select, textarea)')].filter(isKept)

function keepTyped(link, event) {
  const sent = document.querySelector('form[enctype] input[type="file"]')
  if (sent?.files.length && !isTooLarge(sent)) {
    event.preventDefault()
    const { form } = sent
    form.action = new URL(link.href).pathname + new URL(link.href).search
    form.append(
      Object.assign(document.createElement('input'), {
        type: 'hidden',
        name: 'step',
        value: 'language',
      }),
    )
    return form.submit()
  }
  const typed = fieldsToKeep().map((field) => [field.name, field.value, field.checked])
  if (typed.length > 0) sessionStorage.setItem(typedHere, JSON.stringify(typed))
}

function showTyped() {
  const typed = JSON.parse(sessionStorage.getItem(typedHere) ?? '[]')
  sessionStorage.removeItem(typedHere)
  const fields = fieldsToKeep()
  for (const [at, [name, value, checked]] of typed.entries()) {
    if (fields[at]?.name !== name) continue
    if (/^(?:radio|checkbox)$/.test(fields[at].type)) fields[at].checked = checked
    else fields[at].value = value
  }
}

// From the second page on, so that a first visit costs nothing: a page of our own for when the network is away.
try {
  showTyped()
  for (const link of document.querySelectorAll('a[hreflang], .schemes a'))
    link.addEventListener('click', (event) => keepTyped(link, event))
  if (sessionStorage.getItem('visited'))
    navigator.serviceWorker?.register('/service-worker.js').catch(() => {})
  else sessionStorage.setItem('visited', 'yes')
} catch {
  // A browser that keeps nothing shows its own page instead.
}
