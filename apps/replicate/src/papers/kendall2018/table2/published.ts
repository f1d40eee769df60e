/** The columns of Table 2, in order. */
export type Table2Column =
  | 'iouClass'
  | 'iiouClass'
  | 'iouCategory'
  | 'iiouCategory'
  | 'ap'
  | 'ap50'
  | 'ap100m'
  | 'ap50m'
  | 'disparityMean'
  | 'disparityRms';

/** One row of Table 2 of Kendall et al. 2018. */
export interface Table2Row {
  readonly title: string;
  /** IoU and AP in %, disparity in px at 1024×2048; what the paper leaves empty is absent. */
  readonly published: Readonly<Partial<Record<Table2Column, number>>>;
}

const classes = (
  iouClass: number,
  iiouClass: number,
  iouCategory: number,
  iiouCategory: number,
): Table2Row['published'] => ({ iouClass, iiouClass, iouCategory, iiouCategory });

const objects = (
  ap: number,
  ap50: number,
  ap100m: number,
  ap50m: number,
): Table2Row['published'] => ({ ap, ap50, ap100m, ap50m });

const own: Table2Row['published'] = {
  ...classes(78.5, 57.4, 89.9, 77.7),
  disparityMean: 2.92,
  disparityRms: 5.88,
};

/** The method of the paper as printed in the proceedings. */
export const table2Cvpr: Table2Row = {
  title: 'Kendall et al., CVPR 2018',
  published: { ...own, ...objects(19.0, 35.9, 30.9, 33.0) },
};

/** Table 2 as printed: the two versions of the paper disagree about AP, and about nothing else. */
export const table2Rows: readonly Table2Row[] = [
  table2Cvpr,
  {
    title: 'Kendall et al., arXiv v3',
    published: { ...own, ...objects(21.6, 39.0, 35.0, 37.0) },
  },
  {
    title: 'Uhrig et al.',
    published: { ...classes(64.3, 41.6, 85.9, 73.9), ...objects(8.9, 21.1, 15.3, 16.7) },
  },
  { title: 'Mask R-CNN', published: objects(26.2, 49.9, 37.6, 40.1) },
  { title: 'Deep Watershed', published: objects(19.4, 35.3, 31.4, 36.8) },
  { title: 'R-CNN + MCG', published: objects(4.6, 12.9, 7.7, 10.3) },
  { title: 'DeepLab V3', published: classes(81.3, 60.9, 91.6, 81.7) },
  { title: 'PSPNet', published: classes(81.2, 59.6, 91.2, 79.2) },
  { title: 'Adelaide', published: classes(71.6, 51.7, 87.3, 74.1) },
];

/** Source line of the published numbers. */
export const table2Source =
  'Kendall, Gal & Cipolla 2018, Table 2: CityScapes test server at 1024×2048 (ResNet-101, 100,000 iterations)';
