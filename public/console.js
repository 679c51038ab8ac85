// Single keys for the console. Turned off by its owner, the page does not load what they act on; without scripts all is links and buttons.
if (document.querySelector('[data-shortcuts]')) {
  const isTyping = (target) =>
    target.isContentEditable ||
    (/^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== 'checkbox') ||
    target.closest('[role="textbox"]')
  const rows = () => [...document.querySelectorAll('[data-row]')]
  let first = ''
  let timer

  const act = (element) => {
    const field = element.dataset.focus && document.getElementById(element.dataset.focus)
    if (field) return field.focus()
    const opened = element.closest('details')
    if (opened) opened.open = true
    if (element.type === 'checkbox') element.click()
    else if (/^(?:TEXTAREA|SELECT|INPUT)$/.test(element.tagName)) element.focus()
    else if (element.matches('a, button')) element.click()
    else {
      element.scrollIntoView()
      element.querySelector('a, button, input:not([type=hidden]), select, textarea')?.focus()
    }
  }

  const move = (step) => {
    const all = rows()
    const at = all.indexOf(document.activeElement)
    all[
      Math.min(all.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))
    ]?.focus()
  }

  addEventListener('keydown', (event) => {
    if (
      event.ctrlKey ||
      event.altKey ||
      event.metaKey ||
      event.isComposing ||
      event.defaultPrevented
    )
      return
    if (event.key === 'Escape' && isTyping(event.target)) return event.target.blur()
    const filters = event.target.matches('select') && event.target.closest('form.filters')
    if (event.key === 'Enter' && filters) return filters.requestSubmit()
    if (isTyping(event.target)) return
    // By its place on the keyboard, so that a Cyrillic layout types the same keys.
    const key = /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key
    const wish = first ? `${first} ${key}` : key
    first = ''
    clearTimeout(timer)
    if (wish === key && document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) {
      first = key
      timer = setTimeout(() => {
        first = ''
      }, 1500)
      return
    }
    if (wish === 'j' || wish === 'k') {
      event.preventDefault()
      return move(wish === 'j' ? 1 : -1)
    }
    const tick = document.activeElement?.closest('.lines__row')?.querySelector('.lines__tick input')
    if (wish === 'x' && tick) return tick.click()
    const target = document.querySelector(`[data-key="${CSS.escape(wish)}"]`)
    if (!target) return
    event.preventDefault()
    act(target)
  })
}
