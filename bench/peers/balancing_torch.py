"""Trains workload a of bench/workloads.ts in PyTorch under a balancing method of TorchJD, on request.

Reads commands on standard input, one per line, and answers each with one JSON line:
`load METHOD` builds the workload, `run N` times N steps (ms each), `quit` ends. Of gradient methods both ways of
TorchJD to get the gradients are tried, all tasks at once and one by one, and the faster one is kept.
"""

import importlib.metadata
import json
import sys
import time

from step_torch import F, Runner, peak_mib, torch

METHODS = {
    "pcgrad": lambda a: a.PCGrad(),
    "mgda": lambda a: a.MGDA(),
    "cagrad": lambda a: a.CAGrad(c=0.4),
    "nash-mtl": lambda a: a.NashMTL(n_tasks=3),
    "fairgrad": lambda a: a.FairGrad(alpha=2),
    "aligned-mtl": lambda a: a.AlignedMTL(),
    "imtl-g": lambda a: a.IMTLG(),
    "upgrad": lambda a: a.UPGrad(),
    "graddrop": lambda a: a.GradDrop(),
}


class Balanced(Runner):
    def __init__(self, method):
        super().__init__("a", False)
        if method not in (*METHODS, "equal", "uncertainty", "famo"):
            raise KeyError(f"no {method} here")
        self.method = method
        self.chunk = None
        if method == "famo":
            from torchjd.scalarization import FAMO

            self.famo = FAMO(3)
        elif method in METHODS:
            import torchjd.aggregation as aggregation

            self.aggregator = METHODS[method](aggregation)
            times = {}
            for self.chunk in (None, 1):
                for _ in range(2):
                    start = time.perf_counter()
                    self.step()
                    times[self.chunk] = time.perf_counter() - start
            self.chunk = min(times, key=times.get)

    def losses(self, features):
        size = self.image.shape[2:]
        semantic, instance, depth = (
            F.interpolate(head(features), size, mode="bilinear") for head in self.net.heads
        )
        count = self.mask.sum().clamp(min=1)
        return [
            (F.cross_entropy(semantic, self.classes, reduction="none") * self.mask[:, 0]).sum() / count,
            ((instance - self.vectors).abs() * self.mask).sum() / count,
            ((depth - self.disparity).abs() * self.mask).sum() / count,
        ]

    def step(self):
        if self.method == "uncertainty":
            return super().step()
        self.optimiser.zero_grad(set_to_none=True)
        features = self.net.encoder(self.image)
        losses = self.losses(features)
        if self.method == "equal":
            sum(losses).backward()
        elif self.method == "famo":
            self.famo(torch.stack(losses)).backward()
        else:
            from torchjd.autojac import jac_to_grad, mtl_backward

            mtl_backward(losses, features=features, parallel_chunk_size=self.chunk)
            jac_to_grad(self.net.encoder.parameters(), self.aggregator)
        self.optimiser.step()
        if self.method == "famo":
            with torch.no_grad():
                self.famo.update(torch.stack(self.losses(self.net.encoder(self.image))))


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(1)
    runner = None
    try:
        version = importlib.metadata.version("torchjd")
    except importlib.metadata.PackageNotFoundError:
        print(json.dumps({"error": "TorchJD is not installed"}), flush=True)
        return
    print(json.dumps({"torch": torch.__version__, "torchjd": version}), flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "quit":
            break
        if words[0] == "load":
            try:
                runner = Balanced(words[1])
            except Exception as error:
                print(json.dumps({"error": "%s: %s" % (type(error).__name__, error)}), flush=True)
                continue
            # The s of uncertainty weighting are trained under it alone.
            unused = 0 if words[1] == "uncertainty" else runner.net.s.numel()
            parameters = sum(p.numel() for p in runner.net.parameters()) - unused
            print(json.dumps({"parameters": parameters, "atOnce": runner.chunk is None}), flush=True)
        elif words[0] == "run":
            times = []
            for _ in range(int(words[1])):
                start = time.perf_counter()
                runner.step()
                times.append(1000 * (time.perf_counter() - start))
            print(json.dumps({"ms": times, "peakMiB": peak_mib()}), flush=True)


if __name__ == "__main__":
    main()
