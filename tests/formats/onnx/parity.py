"""Our reading and writing of ONNX against ONNX Runtime, on random and real pictures.

    parity.py PROBE DATA [CASE ...]

PROBE is the program onnx_probe, DATA a folder of camera pictures (or one that is not there: then only random ones).
Runs under the Python of the frameworks' virtual environment. Models come from our own export, from PyTorch's exporter (if
a Python with torch and onnx is there), from onnx.helper with every operator, and from onnxruntime's quantizer.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

SKIP = 77
try:
    import numpy as np
    import onnx
    import onnxruntime as ort
except ImportError as error:
    print(f"skipped: {error}; scripts/install_frameworks brings it")
    sys.exit(1 if os.environ.get("CI") == "true" else SKIP)

import models

RANDOM, REAL = 100, 100
FLOAT_LIMIT = 1e-4


def pictures(folder, height, width, channels, count, rng):
    """Real pictures, or none where the folder or the decoder is missing."""
    files = sorted(pathlib.Path(folder).glob("*.jpg"))
    if not files:
        return []
    try:
        from PIL import Image
    except ImportError:
        return []
    step = max(1, len(files) // count)
    result = []
    for file in files[::step][:count]:
        picture = np.asarray(Image.open(file).convert("RGB").resize((width, height), Image.BILINEAR), np.float32)
        result.append(np.concatenate([picture] * ((channels + 2) // 3), axis=2)[:, :, :channels])
    return result


class Ours:
    """A model file as the importer sees it."""

    def __init__(self, probe, path):
        self.probe, self.path = probe, path
        text = subprocess.run([probe, "describe", path], capture_output=True, text=True, check=False)
        if text.returncode != 0:
            raise SystemExit(f"FAILED {path}: {text.stderr.strip()}")
        lines = [line.split() for line in text.stdout.splitlines()]
        self.inputs = [(w[1], w[2], tuple(map(int, w[3].split("x")))) for w in lines if w[0] == "input"]
        self.outputs = [w[1] for w in lines if w[0] == "output"]
        self.int8 = next(int(w[1]) for w in lines if w[0] == "int8")

    def run(self, runs, folder):
        source, target = os.path.join(folder, "in.f32"), os.path.join(folder, "out.f32")
        with open(source, "wb") as out:
            for run in runs:
                for name, _, _ in self.inputs:
                    out.write(np.ascontiguousarray(run[name], np.float32).tobytes())
        subprocess.run([self.probe, "run", self.path, source, target], check=True)
        return np.fromfile(target, np.float32).reshape(len(runs), len(self.outputs))


def feeds(session, run):
    """The same inputs as the runtime wants them: batch first, channels where the graph has them."""
    result = {}
    for port in session.get_inputs():
        if port.name not in run:  # memory starts as zeros
            result[port.name] = np.zeros([d if isinstance(d, int) else 1 for d in port.shape], np.float32)
            continue
        value = np.asarray(run[port.name])
        if value.ndim == 3:
            last = port.shape[3] == value.shape[2] and port.shape[1] == value.shape[0]
            value = value if last else value.transpose(2, 0, 1)
        value = value[None] if len(port.shape) > value.ndim else value
        result[port.name] = value.astype(np.uint8 if "uint8" in port.type else np.float32)
    return result


def outputs_of(path, runs, wanted):
    options = ort.SessionOptions()
    options.log_severity_level = 3
    # Without VNNI, onnxruntime else cuts the sums of unsigned with signed bytes to 16 bits.
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    rows = []
    for run in runs:
        values = session.run(None, feeds(session, run))
        rows.append(np.concatenate([np.asarray(v, np.float32).ravel() for v in values])[:wanted])
    return np.stack(rows)


def make_runs(ours, data, bytes_in, count, rng):
    image = next((shape for _, kind, shape in ours.inputs if kind == "image"), None)
    real = pictures(data, *image, count, rng) if image else []
    runs = []
    for i in range(count + len(real)):
        run = {}
        for name, kind, shape in ours.inputs:
            if kind != "image":
                run[name] = rng.uniform(0, 1, shape)
                continue
            pixels = real[i - count] if i >= count else np.floor(rng.uniform(0, 256, shape))
            run[name] = pixels if bytes_in else pixels / 255
        runs.append(run)
    return runs


def compare(probe, data, case, path, folder, count=RANDOM):
    ours = Ours(probe, path)
    # A seed that the case's name decides, the same in every run.
    rng = np.random.default_rng(sum(case.name.encode()))
    runs = make_runs(ours, data, case.bytes_in, count, rng)
    mine, theirs = ours.run(runs, folder), outputs_of(path, runs, len(ours.outputs))
    if case.step == "range":  # onnxruntime cuts outputs at the range that its quantizer saw; our importer leaves them
        mine = mine.clip(theirs.min(axis=0), theirs.max(axis=0))
    difference = np.abs(mine - theirs)
    if case.step is None:
        good = bool(difference.max() <= FLOAT_LIMIT)
        detail = f"largest difference {difference.max():.2e}"
    else:
        step = (theirs.max() - theirs.min()) / 255 if case.step == "range" else case.step
        step = step * case.steps
        share = float((difference <= np.maximum(step, 1e-6)).all(axis=1).mean())
        good = share >= 0.99
        detail = f"{100 * share:.1f} % within {case.steps} step ({np.max(step):.2e}), largest difference {difference.max():.2e}"
    if case.int8 and ours.int8 == 0:
        good, detail = False, detail + ", but no layer came in as int8"
    print(f"{'ok' if good else 'FAILED'} {case.name}: {detail}, {len(runs)} runs, {ours.int8} int8 weights", flush=True)
    return good


def main():
    probe, data = sys.argv[1], sys.argv[2]
    wanted = sys.argv[3:]
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for case in models.all_cases(probe, folder):
            if wanted and not any(w in case.name for w in wanted):
                continue
            path = case.make()
            if path is None:
                print(f"left out {case.name}: {case.reason}")
                continue
            good = compare(probe, data, case, path, folder) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
