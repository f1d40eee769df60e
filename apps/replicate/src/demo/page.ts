/** The page of `replicate demo`: one file that loads nothing; `/frames` gives what it draws. */
export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Equal against learned weights</title>
<style>
  :root { color-scheme: light dark; --a: light-dark(#b3400f, #ff9a5c); --b: light-dark(#0b5fa5, #6cb8ff); }
  body { font: 16px/1.45 system-ui, sans-serif; max-width: 66rem; margin: 1.5rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; margin: 0 0 .3rem; }
  h2 { font-size: 1.15rem; margin: 0; }
  p { margin: .3rem 0; }
  main { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1.2rem; margin: 1rem 0; }
  section { min-width: 0; }
  canvas { width: 100%; display: block; margin: .15rem 0 .6rem; }
  canvas.map { image-rendering: pixelated; aspect-ratio: 2; }
  canvas.chart { aspect-ratio: 2.4; }
  .number { font-size: 1.4rem; font-variant-numeric: tabular-nums; }
  .a { color: var(--a); } .b { color: var(--b); }
  progress { width: 100%; }
  footer { border-top: 1px solid #8888; padding-top: .5rem; }
</style>
<h1>Equal against learned weights</h1>
<p>One small network learns two things about every pixel: its <b class="a">class</b> (cross-entropy, about 1) and its
<b class="b">distance</b> (error in centimetres, hundreds). Left as they are, the loss with the larger unit takes nearly all of the
network. Learned weights (Kendall, Gal &amp; Cipolla 2018) find out by themselves what each loss is worth. Both begin with the same
weights and see the same data.</p>
<progress max="1" value="0" aria-label="steps"></progress>
<p id="state" role="status">Starting …</p>
<main></main>
<footer id="end"></footer>
<script>
const COLOURS = [[228, 87, 46], [41, 128, 185], [120, 180, 70], [240, 200, 70]];
const main = document.querySelector('main');
const byId = (id) => document.getElementById(id);
let size, last;
const history = [[], []];

function column(title, text) {
  const section = document.createElement('section');
  section.innerHTML = '<h2>' + title + '</h2><p>' + text + '</p>';
  const add = (caption, kind) => {
    const p = section.appendChild(document.createElement('p'));
    p.innerHTML = caption;
    const canvas = section.appendChild(document.createElement('canvas'));
    canvas.className = kind;
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', title + ': ' + p.textContent);
    return { canvas, p };
  };
  main.append(section);
  return add;
}
function map(canvas, colourOf) {
  canvas.width = size.width;
  canvas.height = size.height;
  const context = canvas.getContext('2d');
  const image = context.createImageData(size.width, size.height);
  for (let i = 0; i < size.width * size.height; i++) {
    const [r, g, b] = colourOf(i);
    image.data.set([r, g, b, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}
const classes = (values) => (i) => COLOURS[Number(values[i])];
const distance = (values) => (i) => {
  const t = Math.min(1, Math.max(0, (values[i] - 100) / 800));
  return [40 + 210 * t, 50 + 150 * Math.sqrt(t), 120 - 60 * t];
};
/** Two curves over the steps, on a logarithmic axis that both columns share. */
function chart(canvas, series, [low, high], steps) {
  const scale = devicePixelRatio || 1;
  const [w, h] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = w * scale;
  canvas.height = h * scale;
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  const [left, bottom] = [52, 18];
  const x = (step) => left + ((w - left - 6) * step) / steps;
  const y = (v) => 6 + ((h - bottom - 12) * (Math.log(high) - Math.log(v))) / (Math.log(high) - Math.log(low));
  const style = getComputedStyle(document.body);
  context.font = '12px system-ui';
  context.fillStyle = context.strokeStyle = style.color;
  for (let v = low; v <= high * 1.01; v *= 10) {
    context.globalAlpha = 0.25;
    context.beginPath();
    context.moveTo(left, y(v));
    context.lineTo(w - 6, y(v));
    context.stroke();
    context.globalAlpha = 1;
    context.fillText(String(Number(v.toPrecision(1))), 4, y(v) + 4);
  }
  context.fillText('0', left, h - 3);
  context.fillText(steps + ' steps', w - 64, h - 3);
  ['.a', '.b'].forEach((name, k) => {
    context.strokeStyle = getComputedStyle(document.querySelector(name)).color;
    context.lineWidth = 2;
    context.setLineDash(k === 0 ? [] : [6, 3]);
    context.beginPath();
    series.forEach(({ step, values }, i) => {
      const at = [x(step), y(Math.min(high, Math.max(low, values[k])))];
      if (i === 0) context.moveTo(...at);
      else context.lineTo(...at);
    });
    context.stroke();
  });
}
const TITLES = {
  equal: ['Equal weights', 'Both losses count the same.'],
  uncertainty: ['Learned weights', 'w = 1/σ² and 1/(2σ²), σ learned.'],
};
let columns;
const source = new EventSource('/frames');
source.addEventListener('picture', ({ data }) => {
  const picture = JSON.parse(data);
  ({ size } = picture);
  main.replaceChildren();
  const truth = column('The picture', 'What is to be found; the network is shown it with errors.');
  map(truth('<b class="a">class</b> of each pixel', 'map').canvas, classes(picture.classes));
  map(truth('<b class="b">distance</b>, 1 m (dark) to 9 m (bright)', 'map').canvas, distance(picture.distance));
  columns = picture.methods.map((method) => {
    const add = column(...TITLES[method]);
    return {
      classes: add('', 'map'),
      distance: add('', 'map'),
      losses: add('losses: <b class="a">class</b>, <b class="b">distance</b> (dashed)', 'chart'),
      weights: add('weights of the two losses', 'chart'),
    };
  });
});
source.addEventListener('frame', ({ data }) => {
  last = JSON.parse(data);
  const { step, steps, states } = last;
  document.querySelector('progress').value = step / steps;
  byId('state').textContent = 'step ' + step + ' of ' + steps;
  states.forEach((state, i) => {
    history[i].push({ step, ...state });
    const at = columns[i];
    at.classes.p.innerHTML = '<span class="number a">' + state.right.toFixed(1) + ' %</span> of the classes right';
    at.distance.p.innerHTML = '<span class="number b">' + state.error.toFixed(0) + ' cm</span> off on average';
    map(at.classes.canvas, classes(state.classes));
    map(at.distance.canvas, distance(state.distance));
    const of = (key) => history[i].map((one) => ({ step: one.step, values: one[key] }));
    chart(at.losses.canvas, of('losses'), [0.1, 1000], steps);
    chart(at.weights.canvas, of('weights'), [0.001, 10], steps);
  });
});
source.addEventListener('end', ({ data }) => {
  source.close();
  byId('state').textContent = 'Finished. The program has ended; this page stays as it is.';
  byId('end').textContent = JSON.parse(data);
});
source.onerror = () => {
  if (source.readyState === EventSource.CLOSED) return;
  source.close();
  byId('state').textContent = 'The program has stopped. Start it again and open its new address.';
};
</script>
`;
