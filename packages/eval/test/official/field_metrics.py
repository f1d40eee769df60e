"""Writes ../fixtures/field-metrics.json: drawn inputs, and what numpy, scipy and scikit-learn say of them.

    python -m venv VENV && VENV/bin/pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    VENV/bin/python packages/eval/test/official/field_metrics.py
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.ndimage import binary_erosion
from sklearn.metrics import balanced_accuracy_score, jaccard_score, log_loss

rng = np.random.default_rng(20)


def depth_case(height, width):
    truth = rng.integers(0, 100 * 64, (height, width)) / 64
    guess = truth * rng.integers(40, 80, (height, width)) / 64
    guess[0, :3] = [0, -1, 200]
    mask = rng.random((height, width)) < 0.8
    return truth, guess, mask


CROPS = {
    "none": None,
    # Eigen et al. 2014 and Garg et al. 2016, for frames of any size.
    "eigen": (0.3324324, 0.91351351, 0.0359477, 0.96405229),
    "garg": (0.40810811, 0.99189189, 0.03594771, 0.96405229),
}


def depth_errors(cases, cap, crop):
    z, p = [], []
    for truth, guess, mask in cases:
        height, width = truth.shape
        count = mask & (truth >= 1e-3) & (truth <= cap)
        if CROPS[crop]:
            top, bottom, left, right = CROPS[crop]
            inside = np.zeros_like(count)
            inside[int(top * height) : int(bottom * height), int(left * width) : int(right * width)] = True
            count &= inside
        z.append(truth[count])
        p.append(np.clip(guess[count], 1e-3, cap))
    z, p = np.concatenate(z), np.concatenate(p)
    ratio = np.maximum(z / p, p / z)
    e = np.log(p) - np.log(z)
    return {
        "mean": np.abs(z - p).mean(),
        "rms": np.sqrt(((z - p) ** 2).mean()),
        "absRel": (np.abs(z - p) / z).mean(),
        "sqRel": ((z - p) ** 2 / z).mean(),
        "rmsLog": np.sqrt((e**2).mean()),
        "siLog": 100 * np.sqrt((e**2).mean() - e.mean() ** 2),
        "log10": np.abs(np.log10(z) - np.log10(p)).mean(),
        **{f"delta{k}": (ratio < 1.25**k).mean() for k in (1, 2, 3)},
        "pixels": int(z.size),
    }


def blobs(height, width, classes):
    rows, columns = np.mgrid[:height, :width]
    seeds = rng.random((9, 2)) * (height, width)
    nearest = ((rows[..., None] - seeds[:, 0]) ** 2 + (columns[..., None] - seeds[:, 1]) ** 2).argmin(-1)
    return rng.integers(0, classes, 9)[nearest]


def boundary(mask, thickness):
    eroded = binary_erosion(mask, np.ones((3, 3)), iterations=thickness, border_value=0)
    return mask & ~eroded


def boundary_iou(cases, classes):
    inter, union = np.zeros(classes), np.zeros(classes)
    for truth, guess in cases:
        thickness = max(1, round(0.02 * float(np.hypot(*truth.shape))))
        guess = np.where(truth == 255, 255, guess)
        for c in range(classes):
            a, b = boundary(truth == c, thickness), boundary(guess == c, thickness)
            inter[c] += (a & b).sum()
            union[c] += (a | b).sum()
    return [float(i / u) for i, u in zip(inter, union)]


depths = [depth_case(12, 20), depth_case(9, 14)]
classes = 4
maps = []
for height, width in ((40, 80), (64, 90)):
    truth, guess = blobs(height, width, classes), blobs(height, width, classes)
    guess = np.where(rng.random(truth.shape) < 0.6, truth, guess)
    truth[: height // 8, : width // 4] = 255
    maps.append((truth, guess))
known = [(t[t != 255], g[t != 255]) for t, g in maps]
t, g = np.concatenate([a for a, _ in known]), np.concatenate([b for _, b in known])
frequency = np.bincount(t, minlength=classes) / t.size
iou = jaccard_score(t, g, average=None, labels=range(classes))

# Parts of 256: float32 holds them, and each row's sum is 1.
p = (1 + rng.multinomial(256 - classes, [0.5, 0.3, 0.15, 0.05], 60)) / 256
y = rng.integers(0, classes, 60)
one_hot = np.eye(classes)[y]


def flat(array):
    return np.asarray(array).ravel().tolist()


result = {
    "origin": f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}",
    "depth": {
        "images": [
            {"size": list(z.shape), "truth": flat(z), "guess": flat(d), "mask": flat(m.astype(int))}
            for z, d, m in depths
        ],
        "errors": [
            {"cap": cap, "crop": crop, **depth_errors(depths, cap, crop)}
            for cap in (1000, 80, 50)
            for crop in CROPS
        ],
    },
    "classes": {
        "images": [{"size": list(t.shape), "truth": flat(t), "guess": flat(g)} for t, g in maps],
        "boundaryIou": boundary_iou(maps, classes),
        "meanAccuracy": balanced_accuracy_score(t, g),
        "frequencyWeightedIou": float((frequency * iou).sum()),
    },
    "probabilities": {
        "truth": flat(y),
        "probabilities": flat(p),
        "negativeLogLikelihood": log_loss(y, p, labels=range(classes)),
        "brier": float(((p - one_hot) ** 2).sum(-1).mean()),
    },
}


def plain(value):
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(type(value))


file = pathlib.Path(__file__).parent.parent / "fixtures" / "field-metrics.json"
file.write_text(json.dumps(result, default=plain, separators=(",", ":")) + "\n")
