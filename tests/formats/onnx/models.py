"""Models for parity.py, each with a name and how exact we must be."""

import dataclasses
import os
import subprocess
from typing import Callable, Optional

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


@dataclasses.dataclass
class Case:
    name: str
    make: Callable[[], Optional[str]]
    bytes_in: bool = False
    step: object = None  # int8: the step of an output, or "range": a 255th of what the outputs, one tensor, range over
    steps: int = 1  # that it may differ by
    int8: bool = False
    reason: str = ""


class Sketch:
    """A graph written node by node."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.nodes, self.constants, self.inputs = [], [], []
        self.count = 0

    def input(self, name, shape, kind=TensorProto.FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def constant(self, value, dtype=np.float32):
        self.count += 1
        name = f"c{self.count}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def uniform(self, *shape, low=-0.5, high=0.5):
        return self.constant(self.rng.uniform(low, high, shape))

    def ints(self, *values):
        return self.constant(values, np.int64)

    def node(self, kind, *inputs, outputs=1, **attributes):
        self.count += 1
        names = [f"n{self.count}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=f"{kind}{self.count}", **attributes))
        return names[0] if outputs == 1 else names

    def conv(self, x, inputs, outputs, kernel, **attributes):
        groups = attributes.get("group", 1)
        return self.node("Conv", x, self.uniform(outputs, inputs // groups, kernel, kernel), self.uniform(outputs), **attributes)

    def head(self, x, features):
        """{1, features} -> two outputs of a moderate size."""
        w = self.constant(self.rng.uniform(-1, 1, (features, 2)) / np.sqrt(features))
        return self.node("MatMul", x, w)

    def save(self, path, y, opset=17, shape=(1, 2)):
        self.nodes.append(helper.make_node("Identity", [y], ["y"]))
        graph = helper.make_graph(self.nodes, "sketch", self.inputs,
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, path)
        return path


def nchw(path, body, size=(3, 17, 23), opset=17):
    """One picture; `body(sketch, x)` gives (value, features): what the head reads flattened."""
    s = Sketch(1)
    x = s.input("picture", ["N", *size])
    y, features = body(s, x)
    return s.save(path, s.head(s.node("Flatten", y), features), opset)


BODIES = {
    "conv-groups-same": lambda s, x: (s.conv(s.conv(x, 3, 6, 3, auto_pad="SAME_UPPER", strides=[2, 2]), 6, 4, 3, group=2, auto_pad="SAME_LOWER", strides=[2, 2]), 4 * 5 * 6),
    "conv-pads": lambda s, x: (s.conv(x, 3, 4, 4, pads=[1, 0, 2, 3], strides=[3, 2]), 4 * 6 * 12),
    "elu": lambda s, x: (s.node("Elu", s.conv(x, 3, 4, 3), alpha=0.6), 4 * 15 * 21),
    "leaky": lambda s, x: (s.node("LeakyRelu", s.conv(x, 3, 4, 3), alpha=0.3), 4 * 15 * 21),
    "selu": lambda s, x: (s.node("Selu", s.conv(x, 3, 4, 3)), 4 * 15 * 21),
    "tanh-sigmoid": lambda s, x: (s.node("Sigmoid", s.node("Tanh", s.conv(x, 3, 4, 3))), 4 * 15 * 21),
    "hard": lambda s, x: (s.node("HardSigmoid", s.conv(x, 3, 4, 3), alpha=0.3, beta=0.4), 4 * 15 * 21),
    "hard-swish": lambda s, x: (s.node("HardSwish", s.conv(x, 3, 4, 3)), 4 * 15 * 21),
    "prelu": lambda s, x: (s.node("PRelu", s.conv(x, 3, 4, 3), s.constant(np.full((4, 1, 1), 0.2))), 4 * 15 * 21),
    "relu6": lambda s, x: (s.node("Clip", s.conv(x, 3, 4, 3), s.constant(0), s.constant(6)), 4 * 15 * 21),
    "clip": lambda s, x: (s.node("Clip", s.node("Clip", s.node("Clip", s.conv(x, 3, 4, 3), s.constant(-0.3), s.constant(0.9)), s.constant(-0.2)), "", s.constant(0.7)), 4 * 15 * 21),
    "softmax": lambda s, x: (s.node("Softmax", s.conv(x, 3, 4, 3), axis=1), 4 * 15 * 21),
    "max-pool": lambda s, x: (s.node("MaxPool", s.conv(x, 3, 4, 3), kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]), 4 * 8 * 11),
    "max-pool-ceil": lambda s, x: (s.node("MaxPool", x, kernel_shape=[3, 3], strides=[3, 3], ceil_mode=1), 3 * 6 * 8),
    "average-pool": lambda s, x: (s.node("AveragePool", s.conv(x, 3, 4, 3), kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]), 4 * 8 * 11),
    "average-pool-counts": lambda s, x: (s.node("AveragePool", s.conv(x, 3, 4, 3), kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1], count_include_pad=1), 4 * 8 * 11),
    "global": lambda s, x: (s.node("Concat", s.node("GlobalAveragePool", s.conv(x, 3, 4, 3)), s.node("GlobalMaxPool", s.conv(x, 3, 4, 3)), axis=1), 8),
    "reduce": lambda s, x: (s.node("ReduceMean", s.conv(x, 3, 4, 3), axes=[2, 3], keepdims=0), 4),
    "norm": lambda s, x: (s.node("BatchNormalization", s.conv(x, 3, 4, 3), s.uniform(4), s.uniform(4), s.uniform(4), s.uniform(4, low=0.5, high=1), epsilon=0.01), 4 * 15 * 21),
    "affine": lambda s, x: (s.node("Div", s.node("Mul", s.node("Sub", x, s.constant([[[0.4]], [[0.5]], [[0.6]]])), s.constant(2)), s.constant(np.array([1, 2, 3]).reshape(1, 3, 1, 1))), 3 * 17 * 23),
    "minus": lambda s, x: (s.node("Sub", s.constant(1), s.node("Neg", x)), 3 * 17 * 23),
    "residual": lambda s, x: (s.node("Sub", s.node("Add", s.conv(x, 3, 4, 3), s.conv(x, 3, 4, 3)), s.conv(x, 3, 4, 3)), 4 * 15 * 21),
    "gate": lambda s, x: (lambda y: (s.node("Mul", y, s.node("Sigmoid", s.conv(s.node("GlobalAveragePool", y), 4, 4, 1))), 4 * 15 * 21))(s.conv(x, 3, 4, 3)),
    "swish": lambda s, x: (lambda y: (s.node("Mul", y, s.node("Sigmoid", y)), 4 * 15 * 21))(s.conv(x, 3, 4, 3)),
    "concat-slice": lambda s, x: (s.node("Slice", s.node("Concat", s.conv(x, 3, 4, 3), s.conv(x, 3, 5, 3), axis=1), s.ints(1, 2, -9), s.ints(-1, 99, 20), s.ints(1, 2, 3)), 7 * 13 * 8),
    "concat-rows": lambda s, x: (s.node("Concat", x, x, axis=2), 3 * 34 * 23),
    "split": lambda s, x: (lambda p: (s.node("Add", p[0], p[1]), 2 * 15 * 21))(s.node("Split", s.conv(x, 3, 4, 3), s.ints(2, 2), outputs=2, axis=1)),
    "pad": lambda s, x: (s.conv(s.node("Pad", x, s.ints(0, 0, 1, 2, 0, 0, 0, 3), s.constant(0.5)), 3, 4, 3), 4 * 16 * 26),
    "view": lambda s, x: (lambda y: (s.node("Reshape", y, s.node("Concat", s.node("Unsqueeze", s.node("Gather", s.node("Shape", y), s.constant(0, np.int64), axis=0), s.ints(0)), s.ints(-1), axis=0)), 4 * 15 * 21))(s.conv(x, 3, 4, 3)),
    "expand": lambda s, x: (s.node("Add", x, s.node("Expand", s.node("ReduceMean", x, axes=[2, 3]), s.ints(1, 3, 17, 23))), 3 * 17 * 23),
}


def tf_like(path):
    """As the converters from TensorFlow write: channels last, turned at the start, flattened after turning back."""
    s = Sketch(2)
    x = s.node("Transpose", s.input("picture", [1, 18, 22, 3]), perm=[0, 3, 1, 2])
    x = s.node("Relu", s.conv(x, 3, 5, 3, strides=[2, 2]))
    x = s.node("Add", s.node("Transpose", x, perm=[0, 2, 3, 1]), s.constant(s.rng.uniform(-1, 1, 5)))
    x = s.node("Pad", x, s.ints(0, 1, 1, 0, 0, 1, 1, 0))
    x = s.node("ReduceMean", s.node("Concat", x, x, axis=3), axes=[1], keepdims=1)
    x = s.node("Reshape", x, s.ints(-1, 12 * 10))
    x = s.node("Add", s.node("MatMul", x, s.uniform(120, 7)), s.uniform(7))
    return s.save(path, s.head(s.node("Squeeze", s.node("Unsqueeze", x, s.ints(0)), s.ints(0)), 7))


def with_vectors(path):
    """Features, speed and command side by side, as PyTorch's torch.cat writes."""
    s = Sketch(3)
    picture, speed, command = s.input("view", [1, 3, 12, 14]), s.input("speed", [1, 1]), s.input("command", [1, 4])
    x = s.node("Flatten", s.node("Relu", s.conv(picture, 3, 4, 3, strides=[2, 2])))
    x = s.node("Concat", x, speed, s.node("Flatten", s.conv(picture, 3, 2, 5, strides=[3, 3])), command, axis=1)
    x = s.node("Mul", x, s.uniform(4 * 5 * 6 + 1 + 2 * 3 * 4 + 4))
    x = s.node("Gemm", x, s.uniform(5, 149), s.uniform(5), transB=1, alpha=0.5, beta=2.0)
    return s.save(path, s.head(x, 5))


def lstm(path):
    s = Sketch(4)
    x = s.conv(s.input("frames", [1, 9, 10, 12]), 9, 12, 3, strides=[2, 2])  # {1, 12, 4, 5}
    x = s.node("Reshape", s.node("Transpose", x, perm=[0, 2, 3, 1]), s.ints(1, 4, 60))
    x = s.node("Transpose", x, perm=[1, 0, 2])
    zero = s.constant(np.zeros((1, 1, 6)))
    y, h, _ = s.node("LSTM", x, s.uniform(1, 24, 60), s.uniform(1, 24, 6), s.uniform(1, 48), "", zero, zero, outputs=3, hidden_size=6)
    rows = s.node("Transpose", s.node("Squeeze", y, s.ints(1)), perm=[1, 0, 2])
    last = s.node("Gather", rows, s.constant(-1, np.int64), axis=1)
    both = s.node("Concat", last, s.node("Squeeze", h, s.ints(0)), s.node("Flatten", rows), axis=1)
    return s.save(path, s.head(both, 36))


def old_opset(path):
    """Opset 11: axes as attributes, Softmax that flattens, Dropout."""
    s = Sketch(5)
    x = s.node("Relu", s.conv(s.input("picture", [1, 3, 9, 9]), 3, 4, 3))
    x = s.node("Dropout", s.node("Reshape", x, s.ints(0, -1)))
    x = s.node("Squeeze", s.node("Unsqueeze", x, axes=[1]), axes=[1])
    return s.save(path, s.head(s.node("Softmax", x, axis=1), 4 * 49), 11)


def bytes_in(path):
    s = Sketch(6)
    x = s.node("Cast", s.input("picture", [1, 15, 19, 3], TensorProto.UINT8), to=TensorProto.FLOAT)
    x = s.node("Transpose", s.node("Div", x, s.constant(255)), perm=[0, 3, 1, 2])
    return s.save(path, s.head(s.node("Flatten", s.conv(x, 3, 4, 3, strides=[2, 2])), 4 * 7 * 9))


TORCH = """
import sys, torch, torch.nn as nn
torch.manual_seed(1)
class PilotNet(nn.Module):
    def __init__(self):
        super().__init__()
        c = [(3, 24, 5, 2), (24, 36, 5, 2), (36, 48, 5, 2), (48, 64, 3, 1), (64, 64, 3, 1)]
        self.norm = nn.BatchNorm2d(3)
        self.convs = nn.ModuleList(nn.Conv2d(i, o, k, s) for i, o, k, s in c)
        d = [1152, 1164, 100, 50, 10, 2]
        self.dense = nn.ModuleList(nn.Linear(i, o) for i, o in zip(d, d[1:]))
    def forward(self, x):
        x = self.norm(x)
        for conv in self.convs: x = torch.relu(conv(x))
        x = x.reshape(x.size(0), -1)
        for dense in self.dense[:-1]: x = torch.relu(dense(x))
        return self.dense[-1](x)
class WithSpeed(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 5, 2), nn.ELU(), nn.MaxPool2d(2, ceil_mode=True), nn.Conv2d(8, 8, 3, groups=4), nn.Hardswish(), nn.AvgPool2d(2), nn.Flatten())
        self.lstm = nn.LSTM(8 * 7 * 23 + 1, 9, batch_first=True)
        self.head = nn.Linear(9, 2)
    def forward(self, picture, speed):
        x = torch.cat((self.body(picture), speed), 1)
        y, _ = self.lstm(x.unsqueeze(1))
        return torch.sigmoid(self.head(y[:, -1]))
pilot, speed = PilotNet().eval(), WithSpeed().eval()
torch.onnx.export(pilot, torch.rand(1, 3, 66, 200), sys.argv[1] + "/torch-pilotnet.onnx", opset_version=13, input_names=["camera"], dynamic_axes={"camera": {0: "n"}})
torch.onnx.export(speed, (torch.rand(1, 3, 66, 200), torch.rand(1, 1)), sys.argv[1] + "/torch-speed.onnx", opset_version=13, input_names=["camera", "speed"])
"""


def torch_models(folder):
    """PyTorch's own exporter, run by whatever Python has torch."""
    if not os.path.exists(os.path.join(folder, "torch-speed.onnx")):
        python = os.environ.get("PITLANE_TORCH_PYTHON", "/usr/bin/python3")
        subprocess.run([python, "-c", TORCH, folder], check=False, capture_output=True)
    return folder


class Pictures:
    """Calibration data for onnxruntime's static quantizer."""

    def __init__(self, name, shape):
        rng = np.random.default_rng(9)
        self.runs = iter([{name: rng.uniform(0, 1, (1, *shape)).astype(np.float32)} for _ in range(24)])

    def get_next(self):
        return next(self.runs, None)


def small_float(path):
    s = Sketch(8)
    x = s.node("Relu", s.conv(s.input("picture", [1, 3, 33, 40]), 3, 8, 5, strides=[2, 2]))
    x = s.node("Relu", s.conv(x, 8, 12, 3, strides=[2, 2], pads=[1, 1, 1, 1]))
    x = s.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = s.node("Relu", s.node("Gemm", s.node("Flatten", x), s.constant(s.rng.uniform(-1, 1, (192, 20)) / 8), s.uniform(20)))
    return s.save(path, s.node("Gemm", x, s.constant(s.rng.uniform(-1, 1, (20, 2)) / 4), s.uniform(2)))


def quantized(folder, kind, **options):
    from onnxruntime import quantization as q

    source, target = os.path.join(folder, "small.onnx"), os.path.join(folder, f"{kind}.onnx")
    small_float(source)
    # Weights of 7 bits: with 8, onnxruntime cuts sums to 16 bits on processors without VNNI.
    options = {"reduce_range": True, **options}
    if kind.startswith("ort-dynamic"):
        q.quantize_dynamic(source, target, **options)
    else:
        q.quantize_static(source, target, Pictures("picture", (3, 33, 40)), quant_format=q.QuantFormat.QDQ, weight_type=q.QuantType.QInt8, **options)
    return target


def all_cases(probe, folder):
    at = lambda name: os.path.join(folder, name + ".onnx")
    for name, body in BODIES.items():
        yield Case("helper-" + name, lambda name=name, body=body: nchw(at(name), body))
    for make in (tf_like, with_vectors, lstm, old_opset):
        yield Case("helper-" + make.__name__, lambda make=make: make(at(make.__name__)))
    yield Case("helper-bytes_in", lambda: bytes_in(at("bytes")), bytes_in=True)
    for name in ("torch-pilotnet", "torch-speed"):
        yield Case(name, lambda name=name: p if os.path.exists(p := os.path.join(torch_models(folder), name + ".onnx")) else None,
                   reason="no Python with torch (python3-torch); PITLANE_TORCH_PYTHON names one")
    from onnxruntime.quantization import QuantType

    for kind, options in (("ort-static-u8", {"per_channel": True, "activation_type": QuantType.QUInt8}),
                          ("ort-static-s8", {"per_channel": True, "activation_type": QuantType.QInt8}),
                          ("ort-static-tensor", {"per_channel": False, "activation_type": QuantType.QUInt8}),
                          ("ort-dynamic-dense", {"per_channel": True, "weight_type": QuantType.QInt8, "op_types_to_quantize": ["MatMul"]}),
                          # Its weights are not symmetric, so we compute with them, and with activations, in real
                          # numbers where onnxruntime rounds both.
                          ("ort-dynamic-all", {"per_channel": False, "weight_type": QuantType.QUInt8})):
        real = kind == "ort-dynamic-all"
        yield Case(kind, lambda kind=kind, options=options: quantized(folder, kind, **options), step="range", int8=not real, steps=2 if real else 1)

    def ours(name, precision, raw):
        path = at(f"ours-{name}-{precision}-{raw}")
        subprocess.run([probe, "export", name, precision, raw, path], check=True)
        onnx.checker.check_model(path, full_check=True)
        return path

    for name, precision, raw, step in (
            ("pilotnet-torch", "float", "plain", None), ("pilotnet-torch", "float16", "raw", None), ("pilotnet-tf", "float", "raw", None),
            ("every-op", "float", "plain", None), ("every-op", "float", "raw", None), ("every-op", "float16", "plain", None), ("states", "float", "plain", None), ("half", "float16", "plain", None),
            ("static-int8", "qdq", "plain", "range"), ("static-int8", "qdq", "raw", "range"), ("dynamic-int8", "qdq", "plain", "range"), ("dynamic-int8", "qdq", "raw", "range"), ("residual-int8", "qdq", "plain", "range")):
        yield Case(f"ours-{name}-{precision}-{raw}", lambda n=name, p=precision, r=raw: ours(n, p, r), bytes_in=raw == "raw", step=step, int8=precision == "qdq")
