"""Writes small models and what ONNX Runtime answers to them into references/onnx, for formats/onnx/reference_test.cpp.

    build/frameworks/bin/python tests/formats/references/make_onnx.py

Each model NAME.onnx has NAME.txt: the tolerance, then one line of outputs a run. Inputs are a formula: element i of input k
in run r is ((i * 7919 + r * 104729 + k * 1299709) % 1000) / 1000, pictures in the order {H, W, C}.
"""

import pathlib
import shutil
import sys
import tempfile

import numpy as np
import onnxruntime as ort

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "onnx"))
import models  # noqa: E402

RUNS = 3


def numbers(count, run, port):
    return ((np.arange(count) * 7919 + run * 104729 + port * 1299709) % 1000 / 1000).astype(np.float32)


def feed(session, run, last, bytes_in):
    result = {}
    for k, port in enumerate(session.get_inputs()):
        shape = [d if isinstance(d, int) else 1 for d in port.shape]
        values = numbers(int(np.prod(shape)), run, k)
        if len(shape) == 4 and not last:
            values = values.reshape(shape[2], shape[3], shape[1]).transpose(2, 0, 1)
        values = values.reshape(shape)
        result[port.name] = np.floor(values * 256).astype(np.uint8) if bytes_in else values
    return result


def store(name, path, last=False, bytes_in=False, int8=False):
    session = ort.InferenceSession(path, providers=["CPUExecutionProvider"])
    rows = [np.concatenate([v.ravel() for v in session.run(None, feed(session, r, last, bytes_in))]) for r in range(RUNS)]
    rows = np.stack(rows)
    # int8 may differ by a step of the output; runtimes round ties differently.
    tolerance = float((rows.max() - rows.min()) / 255 * 2) if int8 else 1e-5
    target = HERE / "onnx" / f"{name}.onnx"
    if pathlib.Path(path) != target:
        shutil.copy(path, target)
    with open(target.with_suffix(".txt"), "w", encoding="ascii") as out:
        out.write(f"{tolerance:.9g} {int(bytes_in)}\n")
        for row in rows:
            out.write(" ".join(f"{v:.9g}" for v in row) + "\n")
    print(name, target.stat().st_size, "bytes, tolerance", tolerance)


def main():
    with tempfile.TemporaryDirectory() as folder:
        at = lambda name: str(pathlib.Path(folder) / f"{name}.onnx")
        for name in ("conv-groups-same", "max-pool-ceil", "average-pool-counts", "gate", "clip", "concat-slice", "view", "expand", "affine"):
            store(name, models.nchw(at(name), models.BODIES[name]))
        store("tf-like", models.tf_like(at("tf")), last=True)
        store("with-vectors", models.with_vectors(at("vectors")))
        store("lstm", models.lstm(at("lstm")))
        store("old-opset", models.old_opset(at("old")))
        store("bytes", models.bytes_in(at("bytes")), last=True, bytes_in=True)
        from onnxruntime.quantization import QuantType

        store("static-u8", models.quantized(folder, "ort-static-u8", per_channel=True, activation_type=QuantType.QUInt8), int8=True)
        store("static-s8", models.quantized(folder, "ort-static-s8", per_channel=True, activation_type=QuantType.QInt8), int8=True)
        dense = {"weight_type": QuantType.QInt8, "op_types_to_quantize": ["MatMul"]}
        store("dynamic", models.quantized(folder, "ort-dynamic-dense", per_channel=True, **dense), int8=True)
        store("asymmetric", models.quantized(folder, "ort-dynamic-all", weight_type=QuantType.QUInt8), int8=True)


if __name__ == "__main__":
    main()
