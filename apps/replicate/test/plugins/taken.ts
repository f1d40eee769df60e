import { defineTask, kitNamed } from '@scene-mtl/vision-heads';

export const again = defineTask({ ...kitNamed('depth') });
