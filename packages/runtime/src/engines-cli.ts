import './index.ts';
import * as tf from '@tensorflow/tfjs';
import { main } from './engines/cli.ts';

tf.env().set('PROD', true);
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
