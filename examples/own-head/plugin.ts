import { convBnRelu, convolution, inside, upsampleTo } from '@scene-mtl/core';
import { defineTask, kitNamed } from '@scene-mtl/vision-heads';

const depth = kitNamed('depth');

/**
 * Disparity by a head of one's own: two hidden layers in place of one. All else is that of the task `depth`, whose
 * field it takes: where this plugin is loaded, `depth` is trained with this head.
 */
export const deeper = defineTask({
  ...depth,
  name: 'deeper-depth',
  task: (data, field) => ({
    ...depth.task(data, field),
    decoder(features, size, { width, kernel, scope }) {
      const first = convBnRelu(features, inside(scope, 'first'), { filters: width, kernel });
      const second = convBnRelu(first, inside(scope, 'second'), { filters: width, kernel });
      const last = { filters: 1, kernel: 1, bias: true, gain: 1 };
      return upsampleTo(convolution(second, inside(scope, 'output'), last), size, scope.name);
    },
  }),
});
