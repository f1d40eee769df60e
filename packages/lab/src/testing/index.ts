export { freePort, hasRedis, needingRedis, openRedis, ownRedis, type OwnRedis } from './redis.ts';
export { s3Server, type S3Server } from './s3-server.ts';
