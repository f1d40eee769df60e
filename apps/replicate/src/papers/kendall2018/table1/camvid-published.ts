/** A published network's result on CamVid. */
export interface CamVidResult {
  readonly network: string;
  /** Millions of parameters; null where the source does not say. */
  readonly parameters: number | null;
  /** Images that it was trained on; null where the source does not say. */
  readonly training: string | null;
  /** Mean IoU over the 11 classes on the 233 test images, void left out, %. */
  readonly iou: number;
  /** Mean over the 11 classes of the share of a class's pixels that are found, %. */
  readonly classAccuracy: number | null;
  readonly source: string;
}

/** Size of the photographs and labels of the standard split, at which published numbers are. */
export const camvidSize = { height: 360, width: 480 };

/**
 * Small networks, and SegNet, on the standard split (SegNet's, 367/101/233 images). Numbers as the
 * sources print them.
 */
export const camvidPublished: readonly CamVidResult[] = [
  {
    network: 'SegNet',
    parameters: 29.5,
    training: 'about 3,500',
    iou: 55.6,
    classAccuracy: 65.2,
    source:
      'Badrinarayanan et al. 2017, with more images than this split has, as quoted by the README of sacmehta/ESPNet',
  },
  {
    network: 'ENet',
    parameters: 0.37,
    training: '367',
    iou: 51.3,
    classAccuracy: 68.3,
    source: 'Paszke et al. 2016 (arXiv 1606.02147), as quoted by the README of sacmehta/ESPNet',
  },
  {
    network: 'ESPNet',
    parameters: 0.37,
    training: '367',
    iou: 55.64,
    classAccuracy: 68.3,
    source: 'Mehta et al. 2018 (arXiv 1803.06815), README of sacmehta/ESPNet',
  },
  {
    network: 'Nekrasov et al. 2019',
    parameters: 0.27,
    training: null,
    iou: 63.2,
    classAccuracy: null,
    source: 'a network found by search (arXiv 1904.02365), abstract',
  },
  {
    network: 'CGNet',
    parameters: 0.5,
    training: '468 (with the validation split)',
    iou: 65.6,
    classAccuracy: null,
    source: 'Wu et al. 2018 (arXiv 1811.08201); README of wutianyiRosun/CGNet: 14.3 above ENet',
  },
];
