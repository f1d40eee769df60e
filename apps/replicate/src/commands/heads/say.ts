/** Tells a person something beside the output. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`);
