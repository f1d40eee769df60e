"""Trains the workloads of bench/workloads.ts in PyTorch, on request.

Reads commands on standard input, one per line, and answers each with one JSON line:
`load ID [bf16] [compile]` builds a workload, `run N` times N steps (ms each), `quit` ends; `compile` is torch.compile.
float32, channels_last, SGD with Nesterov momentum, uncertainty weighting; threads from the argument.
"""

import json
import resource
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    print(json.dumps({"error": f"PyTorch cannot be imported: {error}"}), flush=True)
    sys.exit(0)


def conv(i, o, k=3, stride=1, dilation=1):
    return nn.Sequential(
        nn.Conv2d(i, o, k, stride, dilation * (k - 1) // 2, dilation, bias=False), nn.BatchNorm2d(o)
    )


def conv_relu(*args, **kwargs):
    return nn.Sequential(conv(*args, **kwargs), nn.ReLU(inplace=True))


class Basic(nn.Module):
    def __init__(self, i, o, stride, dilation):
        super().__init__()
        self.first = conv_relu(i, o, 3, stride, dilation)
        self.second = conv(o, o, 3, 1, dilation)
        self.shortcut = conv(i, o, 1, stride) if stride != 1 or i != o else nn.Identity()

    def forward(self, x):
        return F.relu(self.second(self.first(x)) + self.shortcut(x))


class Bottleneck(nn.Module):
    def __init__(self, i, w, stride, dilation):
        super().__init__()
        o = 4 * w
        self.body = nn.Sequential(
            conv_relu(i, w, 1), conv_relu(w, w, 3, stride, dilation), conv(w, o, 1)
        )
        self.shortcut = conv(i, o, 1, stride) if stride != 1 or i != o else nn.Identity()

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


class Aspp(nn.Module):
    def __init__(self, i, c, rates):
        super().__init__()
        self.point = conv_relu(i, c, 1)
        self.rates = nn.ModuleList(conv_relu(i, c, 3, 1, r) for r in rates)
        self.image = conv_relu(i, c, 1)

    def forward(self, x):
        pooled = self.image(x.mean((2, 3), keepdim=True)).expand(-1, -1, *x.shape[2:])
        return torch.cat([self.point(x), *(r(x) for r in self.rates), pooled], 1)


def small():
    channels, layers, i = [32, 64, 96], [conv_relu(3, 32, 3, 2)], 32
    for s, c in enumerate(channels):
        for b in range(2):
            layers.append(Basic(i, c, 2 if s < 2 and b == 0 else 1, 2 if s == 2 else 1))
            i = c
    return nn.Sequential(*layers, Aspp(96, 64, [3, 6, 9])), 320


def resnet50():
    layers, i = [conv_relu(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1)], 64
    for s, (n, stride, dilation) in enumerate([(3, 1, 1), (4, 2, 1), (6, 1, 2), (3, 1, 4)]):
        for b in range(n):
            layers.append(Bottleneck(i, 64 * 2**s, stride if b == 0 else 1, dilation))
            i = 256 * 2**s
    return nn.Sequential(*layers, Aspp(2048, 256, [12, 24, 36])), 1280


def mobilenet():
    def separable(i, o, stride):
        return nn.Sequential(
            nn.Conv2d(i, i, 3, stride, 1, groups=i, bias=False), nn.BatchNorm2d(i), nn.ReLU6(inplace=True),
            nn.Conv2d(i, o, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU6(inplace=True),
        )

    channels = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]
    strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
    layers, i = [conv(3, 32, 3, 2), nn.ReLU6(inplace=True)], 32
    for o, stride in zip(channels, strides):
        layers.append(separable(i, o, stride))
        i = o
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 1000))


class Network(nn.Module):
    def __init__(self, encoder, channels, width):
        super().__init__()
        self.encoder = encoder
        self.heads = nn.ModuleList(
            nn.Sequential(conv_relu(channels, width, 3), nn.Conv2d(width, o, 1)) for o in (19, 2, 1)
        )
        self.s = nn.Parameter(torch.zeros(3))

    def forward(self, x):
        features = self.encoder(x)
        size = x.shape[2:]
        return [F.interpolate(h(features), size, mode="bilinear") for h in self.heads]


WORKLOADS = {
    "a": (8, (64, 128), small, 64),
    "b": (8, (128, 256), small, 64),
    "c": (2, (128, 256), resnet50, 256),
    "d": (8, (128, 256), None, None),
}


class Classifier:
    """MobileNet v1 1.0 on 1000 classes."""

    def __init__(self, name, bf16):
        batch, size, _, _ = WORKLOADS[name]
        self.bf16 = bf16
        self.net = mobilenet().to(memory_format=torch.channels_last).train()
        self.optimiser = torch.optim.SGD(self.net.parameters(), 0.01, momentum=0.9, nesterov=True)
        self.image = torch.randn(batch, 3, *size).to(memory_format=torch.channels_last)
        self.classes = torch.randint(1000, (batch,))

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            loss = F.cross_entropy(self.net(self.image), self.classes)
        loss.backward()
        self.optimiser.step()


class Runner:
    def __init__(self, name, bf16):
        batch, size, encoder, width = WORKLOADS[name]
        self.bf16 = bf16
        self.net = Network(*encoder(), width).to(memory_format=torch.channels_last).train()
        self.optimiser = torch.optim.SGD(
            self.net.parameters(), 0.01, momentum=0.9, nesterov=True, weight_decay=1e-4
        )
        self.image = torch.randn(batch, 3, *size).to(memory_format=torch.channels_last)
        self.classes = torch.randint(19, (batch, *size))
        self.vectors = torch.randn(batch, 2, *size).to(memory_format=torch.channels_last)
        self.disparity = torch.randn(batch, 1, *size).to(memory_format=torch.channels_last)
        self.mask = torch.ones(batch, 1, *size)

    def step(self):
        self.optimiser.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            semantic, instance, depth = self.net(self.image)
            count = self.mask.sum().clamp(min=1)
            losses = [
                (F.cross_entropy(semantic, self.classes, reduction="none") * self.mask[:, 0]).sum() / count,
                ((instance - self.vectors).abs() * self.mask).sum() / count,
                ((depth - self.disparity).abs() * self.mask).sum() / count,
            ]
            s = self.net.s
            total = (
                torch.exp(-s[0]) * losses[0]
                + 0.5 * torch.exp(-s[1]) * losses[1]
                + 0.5 * torch.exp(-s[2]) * losses[2]
                + 0.5 * s.sum()
            )
        total.backward()
        self.optimiser.step()


def peak_mib():
    """Of this process alone: ru_maxrss also counts what its parent held when it started this one."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(1)
    runner = None
    print(json.dumps({"version": torch.__version__}), flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "quit":
            break
        if words[0] == "load":
            kind = Classifier if words[1] == "d" else Runner
            runner = kind(words[1], "bf16" in words)
            parameters = sum(p.numel() for p in runner.net.parameters())
            answer = {"parameters": parameters}
            if "compile" in words:
                runner.net = torch.compile(runner.net)
                start = time.perf_counter()
                try:
                    runner.step()
                    answer["compileMs"] = 1000 * (time.perf_counter() - start)
                except Exception as error:  # a compiler that is not there has many names
                    answer["error"] = str(error).strip().splitlines()[0]
            print(json.dumps(answer), flush=True)
        elif words[0] == "run":
            times = []
            for _ in range(int(words[1])):
                start = time.perf_counter()
                runner.step()
                times.append(1000 * (time.perf_counter() - start))
            print(json.dumps({"ms": times, "peakMiB": peak_mib()}), flush=True)


if __name__ == "__main__":
    main()
