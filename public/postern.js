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
