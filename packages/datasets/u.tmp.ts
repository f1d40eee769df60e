import { streetScene } from './src/street/scene/street.ts';
import { renderFrame } from './src/street/render/frame.ts';
import { TRAIN_CITIES } from './src/street/scene/city.ts';
import { labels } from './src/cityscapes/labels.ts';
const [w,n]=[+process.argv[2],+process.argv[3]];
const cpu=()=>{const c=process.cpuUsage();return (c.user+c.system)/1000};
const by=new Map<string,number>(); let ts=0,tr=0;
for(let i=0;i<2*n;i++){ const a=cpu(); const s=streetScene({seed:1,city:TRAIN_CITIES[i%12],index:i}); const b=cpu(); renderFrame(s,{width:w,height:w/2}); const c=cpu(); if(i>=n){ts+=b-a;tr+=c-b; for(const x of s.mesh.surfaceOf){const l=labels[s.mesh.surfaces[x].label].name;by.set(l,(by.get(l)??0)+1/n);} } }
console.log('cpu ms/frame: scene',(ts/n).toFixed(1),'render',(tr/n).toFixed(1)); console.log([...by].sort((a,b)=>b[1]-a[1]).map(([k,v])=>k+' '+Math.round(v)).join(', '));
