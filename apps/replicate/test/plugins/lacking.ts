import { defineTask, kitNamed } from '@scene-mtl/vision-heads';

export const half = defineTask({
  ...kitNamed('depth'),
  name: 'half',
  encoder: undefined as never,
});
