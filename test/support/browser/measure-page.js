// Measurements that run inside a page: a browser gets this file as a script.

/** Fields, buttons and the mark of the keyboard's place that stand out by less than 3:1 from what is around them. */
function contrastFaults() {
  const parse = (text) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number)
    // A mixed colour is written with parts from 0 to 1.
    const whole = text.startsWith('color(') ? 255 : 1
    return [red * whole, green * whole, blue * whole, alpha]
  }
  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  }
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor)
      if (colour[3] === 1) return colour
    }
    return [255, 255, 255, 1]
  }

  // A box to tick is drawn by its label; the field itself lies over it and is not seen.
  const faceOf = (element) =>
    element.matches('.govuk-checkboxes__input, .govuk-radios__input')
      ? element.nextElementSibling
      : null
  const styleOf = (element) => {
    const face = faceOf(element)
    return face ? getComputedStyle(face, '::before') : getComputedStyle(element)
  }
  /** The colour of a ring drawn as a shadow, which forced colours take away. */
  const ringOf = (style) => {
    const ring = /^(rgba?\([^)]*\)) 0px 0px 0px [1-9]/.exec(style.boxShadow)
    return ring ? parse(ring[1]) : null
  }

  const faults = []
  const tell = (element, what, ratio) => {
    if (ratio < 3) faults.push(`${what} ${ratio.toFixed(2)} ${element.outerHTML.slice(0, 120)}`)
  }
  for (const element of document.querySelectorAll('input, select, textarea, .govuk-button')) {
    if (element.offsetWidth <= 1) continue
    const style = styleOf(element)
    const around = behind(element.parentElement)
    const edge = Math.max(
      contrast(parse(style.borderTopColor), around),
      contrast(behind(element), around),
    )
    if (element.matches('input, select, textarea'))
      tell(element, 'border', contrast(parse(style.borderTopColor), around))
    else tell(element, 'edge', edge)
  }
  for (const element of document.querySelectorAll(
    'a[href], button, input, select, textarea, [tabindex]',
  )) {
    if (element.offsetWidth <= 1 || element.tabIndex < 0 || !element.checkVisibility()) continue
    const resting = getComputedStyle(element)
    const before = {
      outline: resting.outlineStyle,
      shadow: resting.boxShadow,
      background: behind(element),
    }
    element.focus()
    const style = styleOf(element)
    const around = behind(element.parentElement)
    const ring = faceOf(element) && ringOf(style)
    const marks = [
      ring ? contrast(ring, around) : 0,
      style.outlineStyle !== 'none' &&
      Number.parseFloat(style.outlineWidth) >= 2 &&
      parse(style.outlineColor)[3] > 0
        ? contrast(parse(style.outlineColor), around)
        : 0,
      contrast(behind(element), before.background),
    ]
    const cover = getComputedStyle(element, '::after')
    if (cover.content !== 'none' && cover.outlineStyle !== 'none')
      marks.push(contrast(parse(cover.outlineColor), around))
    tell(element, 'focus', Math.max(...marks))
    element.blur()
  }
  return faults
}

/** Things to press that are smaller than 24 by 24 px. Links within a sentence are exempt (WCAG 2.5.8). */
function measureTargets() {
  const faults = []
  for (const element of document.querySelectorAll(
    'a[href], button, input, select, textarea, summary',
  )) {
    if (element.offsetWidth <= 1 || getComputedStyle(element).visibility === 'hidden') continue
    const sentence = element.closest('p, dd, .govuk-hint')
    if (element.matches('a') && sentence) continue
    if (element.matches('.govuk-skip-link')) continue
    // A card's link spreads over the whole card, a link back beyond its letters.
    const spread = getComputedStyle(element, '::after')
    const own = element.getBoundingClientRect()
    const spreads = spread.content !== 'none' && spread.position === 'absolute'
    const width = spreads ? Number.parseFloat(spread.width) : own.width
    const height = spreads ? Number.parseFloat(spread.height) : own.height
    if (width < 24 || height < 24)
      faults.push(`${width}×${height} ${element.outerHTML.slice(0, 120)}`)
  }
  return faults
}

/** Parts that a narrow window, large text or wide spacing has cut off or pushed out of the window. */
function lostParts() {
  const faults = []
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth)
    faults.push(`a horizontal bar: ${root.scrollWidth} > ${root.clientWidth}`)
  for (const element of document.body.querySelectorAll('*')) {
    const box = element.getBoundingClientRect()
    if (
      box.width <= 1 ||
      box.height <= 1 ||
      element.closest('.table-frame, .govuk-visually-hidden, svg')
    )
      continue
    const style = getComputedStyle(element)
    if (style.visibility === 'hidden' || element.matches('.govuk-skip-link')) continue
    const cuts = style.overflowX !== 'visible' || style.overflowY !== 'visible'
    const isField = element.matches('input, select, textarea')
    const over =
      element.scrollWidth - element.clientWidth > 1 ||
      element.scrollHeight - element.clientHeight > 1
    if (cuts && over && !isField && style.display !== 'inline')
      faults.push(`cut off: ${element.outerHTML.slice(0, 120)}`)
    if (box.right > root.clientWidth + 1 || box.left < -1)
      faults.push(`outside: ${element.outerHTML.slice(0, 120)}`)
    // A field as high as its own text, at least.
    if (
      isField &&
      box.height < Number.parseFloat(style.fontSize) &&
      !element.matches('[type=radio], [type=checkbox]')
    )
      faults.push(`too low: ${element.outerHTML.slice(0, 120)}`)
  }
  return faults
}

const shifts = []
const noteShifts = (entries) => {
  for (const entry of entries)
    if (!entry.hadRecentInput)
      shifts.push(`shift ${entry.value.toFixed(4)} ${entry.sources.map(nameOf).join(' ')}`)
}
const shiftObserver = new PerformanceObserver((list) => noteShifts(list.getEntries()))
shiftObserver.observe({ type: 'layout-shift', buffered: true })
const nextFrame = () => new Promise((done) => requestAnimationFrame(done))
const nameOf = ({ node }) => node?.outerHTML?.slice(0, 80) ?? node?.textContent?.slice(0, 80)

let resizes = 0
addEventListener('resize', () => {
  resizes += 1
})

/** Whether the window changed while the page was there already. */
async function wasResized() {
  for (let frame = 0; frame < 2; frame++) await nextFrame()
  return resizes > 0
}

/** What moved since the page began to be shown, without a hand of the visitor in it. */
async function layoutShifts() {
  // What a page does in its first frames is seen a frame later, and told later still.
  for (let frame = 0; frame < 5; frame++) await nextFrame()
  noteShifts(shiftObserver.takeRecords())
  return shifts
}

/** What moves by itself, or would on a change, though the visitor asked for less motion. */
function motions() {
  const moving = document
    .getAnimations()
    .map((one) => `animation ${one.animationName ?? one.transitionProperty}`)
  for (const element of document.querySelectorAll('*')) {
    const { transitionDuration, scrollBehavior } = getComputedStyle(element)
    if (/[1-9]/.test(transitionDuration))
      moving.push(`transition ${element.outerHTML.slice(0, 80)}`)
    if (scrollBehavior === 'smooth') moving.push(`smooth scrolling ${element.tagName}`)
  }
  return moving
}

window.measure = { contrastFaults, layoutShifts, lostParts, measureTargets, motions, wasResized }
