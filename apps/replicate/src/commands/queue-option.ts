import { Option } from 'commander';

/** `--queue`, also from the environment. */
export const queueOption = (): Option =>
  new Option(
    '--queue <url>',
    'redis://host:port/db, rediss:// for TLS; user and password in REDIS_USERNAME and REDIS_PASSWORD',
  ).env('SCENE_MTL_QUEUE');
