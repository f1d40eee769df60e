import { benchEval } from './eval.ts';
await benchEval({ frames: Number(process.argv[2]), perTurn: Number(process.argv[3]) });
