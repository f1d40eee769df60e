(globalThis as any).Float32Array = Float64Array;
const tf = await import('@tensorflow/tfjs');
tf.env().set('IS_TEST', true);
await tf.setBackend('cpu');
const { balancerNamed } = await import('../../src/index.ts');
const ex: Record<string, number[][]> = {
  orthogonal: [[3,0],[0,1]], conflict: [[1,0],[-.5,2]], agree: [[2,1],[1,3]], three: [[1,0,0],[-.8,.6,0],[0,-.5,2]],
};
console.log(tf.tensor1d([1/3]).dataSync());
const cases: [string, object][] = [['nash',{maxNorm:0}],['fairgrad',{p:2}],['mgda',{}],['cagrad',{c:.4}],['cagrad',{c:.5}],['aligned',{}],['imtl-g',{}],['upgrad',{}],['dual-projection',{}],['config',{}],['bisector',{}],['krum',{}],['priority',{}],['dual-balancing',{beta:0}]];
for (const [name, options] of cases) for (const [n, rows] of Object.entries(ex)) {
  const K = rows.length;
  const b: any = balancerNamed(name).make({ objectives: rows.map((_, i) => ({ name: `${i}` })) }, options);
  const J = tf.tensor2d(rows);
  const w = b.weights(tf.matMul(J, J, false, true), { losses: tf.ones([K]), present: tf.ones([K]), inputs: {} });
  const d = tf.matMul(tf.reshape(w, [1, K]), J);
  console.log(name, JSON.stringify(options), n, Array.from(w.dataSync()).map((v: any) => +v.toFixed(7)).join(' '), '| d', Array.from(d.dataSync()).map((v: any) => +v.toFixed(6)).join(' '));
}
