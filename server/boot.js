// Where the process begins. Keeps what the compiler makes of the modules, then loads them: half of a cold start, and 20 MB of
// memory, go into making JavaScript of TypeScript. In JavaScript itself, so that not even this file needs that.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// Security: the cache lies beside the packages: whoever can write there can change the program as well. Node's own place for it
// would be one under /tmp that any user of the machine may have made before. Where nobody can write, the start takes longer.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/postern', import.meta.url)))
await import('./main.ts')
