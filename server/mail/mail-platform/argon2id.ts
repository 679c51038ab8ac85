// Some argon2 libraries write m,p,t. Dovecot and PHP read only m,t,p.
export function inDovecotOrder(phc: string): string {
  return phc.replace(/\$m=(\d+),p=(\d+),t=(\d+)\$/, (_, m, p, t) => `$m=${m},t=${t},p=${p}$`)
}
