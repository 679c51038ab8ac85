// argon2id verifiers as mail servers read them.

/** Some argon2 libraries write m,p,t; Dovecot's libsodium and PHP refuse every password of such a verifier. */
export function inDovecotOrder(phc: string): string {
  return phc.replace(/\$m=(\d+),p=(\d+),t=(\d+)\$/, (_, m, p, t) => `$m=${m},t=${t},p=${p}$`)
}
