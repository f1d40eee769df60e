declare module 'density-clustering' {
  export class DBSCAN {
    noise: number[];
    run(points: number[][], eps: number, minPts: number): number[][];
  }
  export class OPTICS {
    run(points: number[][], eps: number, minPts: number): number[][];
    getReachabilityPlot(): [point: number, reachability: number | undefined][];
  }
}
