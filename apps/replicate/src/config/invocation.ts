/** How one types this program: an npm script in a checkout, which runs the sources; a command where it is installed. */
export const INVOCATION: string = import.meta.url.endsWith('.ts')
  ? 'npm run replicate --'
  : 'npx replicate';
