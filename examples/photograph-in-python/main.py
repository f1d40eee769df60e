"""Classes of a photograph with the network of `replicate export`: onnxruntime, numpy, Pillow."""

import json
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


def main(network, photograph, out):
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    texts = session.get_modelmeta().custom_metadata_map
    about = {name: json.loads(text) for name, text in texts.items()}
    _, height, width, _ = about["input"]["shape"]
    classes = about["classes"]
    name = next(n for n, o in about["outputs"].items() if o["shape"][-1] == len(classes))

    picture = ImageOps.exif_transpose(Image.open(photograph)).convert("RGB")
    pixels = np.asarray(picture.resize((width, height), Image.LANCZOS), np.float32)
    mean, deviation = (np.float32(about["preprocessing"][k]) for k in ("mean", "deviation"))
    image = ((pixels / 255 - mean) / deviation)[None]
    (logits,) = session.run([name], {about["input"]["name"]: image})

    found = logits[0].argmax(-1)
    Image.fromarray(np.uint8(about["palette"])[found]).save(out)
    shares = np.bincount(found.ravel(), minlength=len(classes)) / found.size
    for c in np.argsort(-shares, kind="stable"):
        if shares[c] > 0:
            print(f"{100 * shares[c]:5.1f} %  {classes[c]}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: python main.py NETWORK.onnx PHOTOGRAPH [OUT.png]")
    main(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "classes.png")
