declare module 'density-clustering' {
  interface Clustering {
    noise: number[];
    run(points: number[][], eps: number, minPts: number): number[][];
  }
  const densityClustering: { DBSCAN: new () => Clustering; OPTICS: new () => Clustering };
  export default densityClustering;
}
