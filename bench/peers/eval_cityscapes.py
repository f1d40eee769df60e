"""Runs the official Cityscapes evaluation (pip package cityscapesScripts) on folders.

Reads one JSON request per line from standard input and answers with one JSON line:

    {"task": "semantic" | "instance" | "panoptic", "gt": DIR, "pred": DIR,
     "compiled": bool, "distances": {"<file name>:<value>": [medDist, distConf]},
     "minRegionSizes": [100, 120, 120], "detail": bool}

    {"seconds": ..., "cpuSeconds": ..., "peakMB": ..., "result": {...}}  or  {"error": "IndexError: ..."}

Semantic and instance folders are those of the official tools; a panoptic folder holds
cityscapes_panoptic_val.json and the folder of its images. An empty line prints the versions.

"compiled" counts the confusion matrix by the package's own Cython module. PyPI leaves out its source;
without it a loop of the same kind in C stands in, built by `cc`, which does less than the module does.
"""

import contextlib
import ctypes
import glob
import hashlib
import io
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time


def versions():
    import cityscapesscripts
    import numpy
    import PIL
    from cityscapesscripts.evaluation import evalPixelLevelSemanticLabeling as pixel

    root = os.path.dirname(cityscapesscripts.__file__)
    with open(os.path.join(root, "VERSION")) as f:
        scripts = f.read().strip()
    return {
        "cityscapesScripts": scripts,
        "numpy": numpy.__version__,
        "pillow": PIL.__version__,
        "python": sys.version.split()[0],
        "compiled": "the package's own module" if pixel.CSUPPORT else "stand-in in C",
    }


C_LOOP = """
void count(const unsigned char *pred, const unsigned char *gt, long n, unsigned long long *c, long k) {
  for (long i = 0; i < n; i++) c[k * gt[i] + pred[i]]++;
}
"""


class StandIn:
    """cEvaluatePair of the Cython module, without its check of the labels."""

    def __init__(self):
        source, library = os.path.abspath("count.c"), os.path.abspath("count.so")
        with open(source, "w") as f:
            f.write(C_LOOP)
        subprocess.run(["cc", "-O3", "-shared", "-fPIC", "-o", library, source], check=True)
        self.count = ctypes.CDLL(library).count

    def cEvaluatePair(self, pred, gt, matrix, labels):
        address = lambda a: ctypes.c_void_p(a.ctypes.data)
        n, k = ctypes.c_long(pred.size), ctypes.c_long(len(matrix))
        self.count(address(pred), address(gt), n, address(matrix), k)
        return matrix


def truths(folder, kind):
    return sorted(glob.glob(os.path.join(folder, "**", "*_gtFine_%s.png" % kind), recursive=True))


def clear(args, folder):
    args.predictionPath = os.path.abspath(folder)
    args.predictionWalk = None
    args.quiet = True
    args.JSONOutput = False


def semantic(request):
    from cityscapesscripts.evaluation import evalPixelLevelSemanticLabeling as pixel

    pixel.CSUPPORT = bool(request.get("compiled"))
    if pixel.CSUPPORT and not hasattr(pixel, "addToConfusionMatrix"):
        pixel.addToConfusionMatrix = StandIn()
    clear(pixel.args, request["pred"])
    gt = truths(request["gt"], "labelIds")
    return pixel.evaluateImgLists([pixel.getPrediction(pixel.args, g) for g in gt], gt, pixel.args)


def instance(request):
    from cityscapesscripts.evaluation import evalInstanceLevelSemanticLabeling as inst
    import numpy as np

    clear(inst.args, request["pred"])
    gt = truths(request["gt"], "instanceIds")
    inst.args.gtInstancesFile = os.path.join(os.getcwd(), "gtInstances.json")
    if os.path.exists(inst.args.gtInstancesFile):
        os.remove(inst.args.gtInstancesFile)
    inst.args.distanceAvailable = "distances" in request
    inst.args.minRegionSizes = np.array(request.get("minRegionSizes", [100, 1000, 1000]))
    if "distances" in request:
        known = inst.getGtInstances(gt, inst.args)
        for file, by_label in known.items():
            for entry in (e for entries in by_label.values() for e in entries):
                key = "%s:%d" % (os.path.basename(file), entry["instID"])
                if key in request["distances"]:
                    entry["medDist"], entry["distConf"] = request["distances"][key]
        inst.writeDict2JSON(known, inst.args.gtInstancesFile)
    return inst.evaluateImgLists([inst.getPrediction(g, inst.args) for g in gt], gt, inst.args)


def panoptic(request):
    from cityscapesscripts.evaluation import evalPanopticSemanticLabeling as pan

    name = "cityscapes_panoptic_val"
    load = lambda side: json.load(open(os.path.join(request[side], name + ".json")))
    gt, pred = load("gt"), load("pred")
    categories = {el["id"]: el for el in gt["categories"]}
    by_image = {el["image_id"]: el for el in pred["annotations"]}
    pairs = [(a, by_image[a["image_id"]]) for a in gt["annotations"]]
    folders = [os.path.join(request[side], name) for side in ("gt", "pred")]
    return pan.average_pq(pan.pq_compute_single_core(0, pairs, *folders, categories), categories)


def plain(x):
    if isinstance(x, dict):
        return {str(k): plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    if hasattr(x, "tolist"):
        return plain(x.tolist())
    if isinstance(x, float) and not math.isfinite(x):
        return None if math.isnan(x) else math.copysign(1e308, x)
    return x


def shorten(result):
    """The confusion matrix as a hash of its JSON, which compares exactly and takes one line."""
    if "confMatrix" in result:
        text = json.dumps([int(n) for row in result.pop("confMatrix") for n in row], separators=(",", ":"))
        result["confMatrixSha256"] = hashlib.sha256(text.encode()).hexdigest()
        result.pop("priors", None)
        result.pop("labels", None)
    return result


def answer(request):
    started, cpu = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        result = {"semantic": semantic, "instance": instance, "panoptic": panoptic}[request["task"]](request)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    result = plain(result)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result = result if request.get("detail") else shorten(result)
    return {"seconds": seconds, "cpuSeconds": cpu, "peakMB": peak, "result": result}


def main():
    # The official instance script leaves files in the working directory.
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for line in sys.stdin:
            try:
                reply = answer(json.loads(line)) if line.strip() else versions()
            except (Exception, SystemExit) as error:
                reply = {"error": "%s: %s" % (type(error).__name__, error)}
            print(json.dumps(reply), flush=True)
        os.chdir("/")


if __name__ == "__main__":
    main()
