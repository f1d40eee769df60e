import { sameSize, type Size } from '@scene-mtl/data';

/** Throws unless an annotation has the size of its photograph; says where it is the photograph's, lying. */
export function assertSizeOfPhoto(file: string, annotation: Size, photo: Size): void {
  if (sameSize(annotation, photo)) return;
  const lies = annotation.height === photo.width && annotation.width === photo.height;
  const turned = lies ? ', turned as its EXIF data say; turn the annotation too' : '';
  throw new Error(
    `${file}: ${annotation.height} × ${annotation.width} px, but its photograph has ${photo.height} × ${photo.width}${turned}`,
  );
}
