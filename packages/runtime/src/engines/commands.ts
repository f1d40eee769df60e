/** What one types here: npm scripts in a checkout, which runs the sources; other commands where it is installed. */
export const commands = import.meta.url.endsWith('.ts')
  ? {
      engines: 'npm run engines',
      install: 'npm ci',
      tensorFlow: 'npm run setup:gpu (without an NVIDIA card: -- --cpu)',
      onnxCuda: 'npm run setup:gpu -- --onnx-cuda',
    }
  : {
      engines: 'npx scene-mtl-engines',
      install: 'npm install',
      tensorFlow:
        'npm install @tensorflow/tfjs-node-gpu@4.22.0 (without an NVIDIA card: @tensorflow/tfjs-node@4.22.0), ' +
        'with its install script, which downloads TensorFlow',
      onnxCuda:
        'ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js, ' +
        'which downloads it for CUDA 12 and cuDNN 9',
    };
