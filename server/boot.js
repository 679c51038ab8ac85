// The process begins here. It keeps the compiled modules, which saves half of a cold start and 20 MB.
// This file is JavaScript, so that it needs no compiling itself.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Security: Compiled code is kept beside the packages, never in a folder of all users.
// Under /tmp another user could have made Node's own folder before. A read-only folder only costs time.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/postern', import.meta.url)))
await import('./main.ts')
