"""Our engine against LiteRT, on files of TensorFlow's own converter and on our exports of them.

  $PITLANE_FRAMEWORKS/bin/python parity.py PROBE [CASE...]

For each network, in all precisions: 100 random pictures and 100 real ones. Float files agree within 1e-4, files of int8
within one step of the output on 99 % of the pictures, dynamic ones (each side measures its own ranges) within 2 % of the
outputs' spread.
"""

import importlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
SKIPPED = 77
# What does not hold yet, said aloud in each run: beginning of the case's name, kinds, why. An entry goes when it holds.
UNPROVEN = ()
CHOSEN = "TF_USE_LEGACY_KERAS"
ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("PITLANE_TEST_DATA", ROOT / ".." / "shared" / "data"))
SEED = 20240607


def architectures(keras):
    layers = keras.layers

    def pilotnet():
        x = image = keras.Input((66, 200, 3))
        x = layers.BatchNormalization()(x)
        for channels, kernel, stride in ((24, 5, 2), (36, 5, 2), (48, 5, 2), (64, 3, 1), (64, 3, 1)):
            x = layers.Conv2D(channels, kernel, strides=stride, padding="same", activation="relu")(x)
        x = layers.Flatten()(x)
        for units in (116, 100, 50, 10):
            x = layers.Dense(units, activation="relu")(x)
        return keras.Model(image, layers.Dense(2)(x))

    def linear():
        x = image = keras.Input((120, 160, 3))
        for channels, kernel, stride in ((24, 5, 2), (32, 5, 2), (64, 5, 2), (64, 3, 1), (64, 3, 1)):
            x = layers.Conv2D(channels, kernel, strides=stride, activation="relu")(x)
        x = layers.Flatten()(x)
        x = layers.Dense(100, activation="relu")(x)
        x = layers.Dense(50, activation="relu")(x)
        return keras.Model(image, [layers.Dense(1, name="n_outputs0")(x), layers.Dense(1, name="n_outputs1")(x)])

    def categorical():
        x = image = keras.Input((60, 80, 3))
        for channels, stride in ((12, 2), (16, 2), (16, 1)):
            x = layers.Conv2D(channels, 3, strides=stride, activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
        x = layers.Flatten()(x)
        x = layers.Dense(40, activation="relu")(x)
        angle = layers.Dense(15, activation="softmax", name="angle_out")(x)
        throttle = layers.Dense(20, activation="softmax", name="throttle_out")(x)
        return keras.Model(image, [angle, throttle])

    def lstm():
        x = frames = keras.Input((3, 60, 80, 3))
        x = layers.TimeDistributed(layers.Conv2D(8, 5, strides=3, activation="relu"))(x)
        x = layers.TimeDistributed(layers.Conv2D(8, 3, strides=2, activation="relu"))(x)
        x = layers.TimeDistributed(layers.Flatten())(x)
        x = layers.LSTM(16, unroll=True)(x)
        return keras.Model(frames, layers.Dense(2)(x))

    def sequence():
        x = frames = keras.Input((3, 60, 80, 3))
        x = layers.TimeDistributed(layers.Conv2D(8, 5, strides=4, activation="relu"))(x)
        x = layers.TimeDistributed(layers.Flatten())(x)
        x = layers.LSTM(12)(x)
        return keras.Model(frames, layers.Dense(2)(x))

    def conv3d():
        x = frames = keras.Input((3, 40, 60, 3))
        x = layers.Conv3D(8, (2, 5, 5), strides=(1, 2, 2), activation="relu")(x)
        x = layers.Conv3D(6, 3, padding="same", activation="relu")(x)
        x = layers.Flatten()(x)
        return keras.Model(frames, layers.Dense(2)(x))

    def speed():
        image, v = keras.Input((50, 70, 3)), keras.Input((1,), name="speed")
        x = layers.Conv2D(8, 5, strides=2, activation="relu")(image)
        x = layers.SeparableConv2D(12, 3, strides=2, padding="same", activation="elu")(x)
        x = layers.GlobalAveragePooling2D()(x)
        x = layers.Concatenate()([x, layers.Dense(4, activation="tanh")(v)])
        return keras.Model([image, v], layers.Dense(3, activation="sigmoid")(x))

    def mixed():
        x = image = keras.Input((45, 61, 3))
        x = layers.Rescaling(1 / 127.5, offset=-1)(x)
        x = layers.Cropping2D(((7, 2), (1, 4)))(x)
        x = layers.ZeroPadding2D(((1, 2), (2, 1)))(x)
        x = layers.Conv2D(8, 3, padding="same")(x)
        x = layers.LeakyReLU()(x)
        y = layers.Conv2D(8, 3, padding="same", activation="hard_sigmoid")(x)
        x = layers.Add()([x, layers.Multiply()([x, y])])
        x = layers.AveragePooling2D(3, 2, padding="same")(x)
        x = layers.DepthwiseConv2D(3, depth_multiplier=2, dilation_rate=2, activation="relu6")(x)
        x = layers.Conv2D(8, 1, activation="swish")(x)
        x = layers.Reshape((-1, 8))(x)
        x = layers.GlobalAveragePooling1D()(x)
        return keras.Model(image, layers.Dense(2, activation="tanh")(x))

    # Keras 2, which donkeycar and DeepLearningStudio use, keeps names of outputs and fuses LSTM; Keras 3 does neither.
    chosen = (linear, lstm, sequence) if os.environ[CHOSEN] == "1" else (pilotnet, categorical, lstm, conv3d, speed, mixed)
    return {f.__name__: f for f in chosen}


class Probe:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def __call__(self, *words):
        done = subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{words[0]} {words[1]}: {done.stderr.strip()}")
        return done.stdout

    def inputs(self, model):
        result = []
        for line in self("describe", model).splitlines():
            words = line.split()
            if words[0] != "input":
                continue
            shape = [int(w) for w in words[3:] if w.isdigit()]
            times = [w.removeprefix("times=") for w in words if w.startswith("times=")]
            entry = {"picture": words[2] == "picture", "shape": shape, "times": float(times[0]) if times else 1.0}
            if entry["picture"]:
                entry["frames"] = int(words[words.index("frames") + 1])
                entry["shape"] = [int(w) for w in words[3 : words.index("frames")]]
                scale, offset = words.index("scale"), words.index("offset")
                entry["scale"] = [float(w) for w in words[scale + 1 : offset]]
                entry["offset"] = [float(w) for w in words[offset + 1 :]]
            result.append(entry)
        return result


def pictures(np, image_module, height, width, channels, count, random):
    """`count` random pictures, then as many real ones, as bytes."""
    noise = random.integers(0, 256, (count, height, width, channels), dtype=np.uint8)
    files = sorted((DATA / "udacity" / "IMG").glob("center_*.jpg"))[:: 7]
    if not files:
        return noise
    real = []
    for i in range(count):
        frames = [image_module.load_img(files[(i + f) % len(files)], target_size=(height, width))
                  for f in range(channels // 3)]
        real.append(np.concatenate([np.asarray(f, dtype=np.uint8) for f in frames], axis=-1))
    return np.concatenate([noise, np.stack(real)])


def samples_for(np, image_module, inputs, count, seed=SEED):
    random = np.random.default_rng(seed)
    result = []
    for entry in inputs:
        if entry["picture"]:
            result.append(pictures(np, image_module, *entry["shape"], count, random))
        else:
            result.append(random.random((2 * count, *entry["shape"]), dtype=np.float32))
    size = min(len(r) for r in result)
    return [r[:size] for r in result]


def write_samples(np, path, samples):
    with open(path, "wb") as file:
        for row in zip(*samples):
            for part in row:
                file.write(np.ascontiguousarray(part).tobytes())


def real_numbers(np, entry, part):
    if not entry["picture"]:
        return part.astype(np.float32) * np.float32(entry["times"])  # our speeds are m/s
    channels = len(entry["scale"])
    frames = part.reshape(*part.shape[:2], -1, channels).astype(np.float32)
    return frames * np.float32(entry["scale"]) + np.float32(entry["offset"])


def for_tensor(np, value, detail):
    """Our {H, W, T * C} as the file's shape, on the file's grid."""
    shape = tuple(detail["shape"])
    if value.ndim == 4:
        value = np.moveaxis(value, 2, 0) if len(shape) == 5 else value.reshape(*value.shape[:2], -1)
    value = value.reshape(shape)
    if detail["dtype"] == np.float32:
        return value
    scale, zero = detail["quantization"]
    low = -128 if detail["dtype"] == np.int8 else 0
    return np.clip(np.rint(value / scale) + zero, low, low + 255).astype(detail["dtype"])


def litert(np, interpreter_class, model, inputs, samples):
    """Outputs as real numbers, and the coarsest step of theirs (0: float)."""
    interpreter = interpreter_class(model_path=str(model), num_threads=1)
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()
    outs, step, rows = interpreter.get_output_details(), 0, []
    for row in zip(*samples):
        interpreter.reset_all_variables()
        for entry, part, detail in zip(inputs, row, details):
            interpreter.set_tensor(detail["index"], for_tensor(np, real_numbers(np, entry, part), detail))
        interpreter.invoke()
        made = []
        for detail in outs:
            value = interpreter.get_tensor(detail["index"]).astype(np.float32)
            if detail["dtype"] != np.float32:
                scale, zero = detail["quantization"]
                value, step = (value - zero) * scale, max(step, scale)
            made.append(value.ravel())
        rows.append(np.concatenate(made))
    if step == 0:  # behind a last DEQUANTIZE
        ends = {d["index"] for d in outs}
        grids = [d["quantization"][0] for d in interpreter.get_tensor_details() if d["dtype"] == np.int8]
        last = [d for d in interpreter._get_ops_details() if d["op_name"] == "DEQUANTIZE" and set(d["outputs"]) & ends]
        by_index = {d["index"]: d for d in interpreter.get_tensor_details()}
        steps = [by_index[i]["quantization"][0] for d in last for i in d["inputs"]]
        step = max(steps) if grids and steps else 0
    return np.stack(rows), step


class Comparison:
    def __init__(self, np, interpreter_class, probe, image_module):
        self.np, self.interpreter, self.probe, self.image = np, interpreter_class, probe, image_module
        self.failures = 0

    def check(self, label, model, kind, count=100):
        np = self.np
        try:
            inputs = self.probe.inputs(model)
            samples = samples_for(np, self.image, inputs, count)
            path = self.probe.folder / "samples.bin"
            write_samples(np, path, samples)
            out = self.probe.folder / "out.bin"
            self.probe("run", model, path, out)
            theirs, step = litert(np, self.interpreter, model, inputs, samples)
        except RuntimeError as error:
            return self.tell(label, kind, False, error)
        ours = np.fromfile(out, np.float32).reshape(theirs.shape)
        difference = np.abs(ours - theirs).max(axis=1)
        worst = float(difference.max())
        if kind == "float":
            good, said = worst <= 1e-4, f"largest difference {worst:.2e}"
        elif kind == "int8":
            share = float((difference <= step * 1.001 + 1e-6).mean())
            good, said = share >= 0.99, f"within a step of {step:.4g}: {share:.1%}, largest {worst / max(step, 1e-9):.2f} steps"
        else:
            spread = float(theirs.max() - theirs.min())
            good, said = worst <= 0.02 * spread, f"largest difference {worst:.2e} of a spread of {spread:.3g}"
        self.tell(label, kind, good, said)

    def tell(self, label, kind, good, said):
        unproven = next((why for case, of, why in UNPROVEN if label.startswith(case) and kind in of), None)
        self.failures += not good and unproven is None
        word = "ok  " if good else "FAIL" if unproven is None else "open"
        print(f"{word} {label}: {said}{'' if good or unproven is None else ' (' + unproven + ')'}", flush=True)

    def exported(self, label, model, precision, io, kind):
        out = self.probe.folder / f"export-{precision}-{io}.tflite"
        words = ["export", model, out, precision, io]
        try:
            if precision == "int8":
                path = self.probe.folder / "calibration.bin"
                few = samples_for(self.np, self.image, self.probe.inputs(model), 8, seed=1)
                write_samples(self.np, path, few)
                words.append(path)
            self.probe(*words)
        except RuntimeError as error:
            return self.tell(label, kind, False, error)
        self.check(label, out, kind)


def convert(tf, np, model, precision, representative):
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if precision.startswith("int8"):
        converter.representative_dataset = representative
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    if precision == "int8-io":
        converter.inference_input_type = converter.inference_output_type = tf.int8
    if precision == "uint8-io":
        converter.representative_dataset = representative
        converter.inference_input_type = converter.inference_output_type = tf.uint8
    return converter.convert()


def representative_for(np, model):
    random = np.random.default_rng(3)

    def samples():
        for _ in range(40):
            # Both noise and smooth pictures, as the comparison has them.
            flat = random.random() < 0.5
            yield [(random.random(t.shape[1:]) if not flat else np.full(t.shape[1:], random.random()))[None]
                   .astype(np.float32) * (255 if t.shape[1:] == (45, 61, 3) else 1) for t in model.inputs]

    return samples


def settle(np, model, seed):
    """Fresh weights, but with statistics and biases that are not those of a fresh layer."""
    random = np.random.default_rng(seed)
    for layer in model.layers:
        inner = getattr(layer, "layer", layer)
        values = inner.get_weights()
        if "normalization" in inner.name and len(values) == 4:
            values = [0.5 + random.random(values[0].shape), random.random(values[1].shape) - 0.5,
                      random.random(values[2].shape) - 0.5, 0.5 + random.random(values[3].shape)]
        else:
            values = [v if v.ndim > 1 else v + 0.1 * (random.random(v.shape) - 0.5) for v in values]
        inner.set_weights(values)


def compare(program, wanted):
    """All cases of the Keras that is chosen by the environment; how many failed."""
    import numpy as np
    import tensorflow as tf
    from ai_edge_litert.interpreter import Interpreter

    keras = tf.keras
    keras.utils.set_random_seed(SEED)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        comparison = Comparison(np, Interpreter, Probe(program, folder), keras.utils)
        for case, make in architectures(keras).items():
            if wanted and case not in wanted:
                continue
            model = make()
            settle(np, model, SEED)
            name = f"{case} (Keras {2 if os.environ[CHOSEN] == '1' else 3})"
            base = folder / f"{case}-float32.tflite"
            for precision in ("float32", "float16", "dynamic", "int8", "int8-io", "uint8-io"):
                path = folder / f"{case}-{precision}.tflite"
                try:
                    path.write_bytes(convert(tf, np, model, precision, representative_for(np, model)))
                except Exception as error:  # pylint: disable=broad-except
                    print(f"left out {name} {precision}: TensorFlow cannot convert it: {str(error)[:120]}", flush=True)
                    continue
                kind = "int8" if "int8" in precision else "dynamic" if precision == "dynamic" else "float"
                comparison.check(f"{name} {precision}", path, kind)
            if not base.exists():
                continue
            for precision, io, kind in (("float32", "float", "float"), ("float16", "float", "float"),
                                        ("dynamic", "float", "dynamic"), ("int8", "float", "int8"),
                                        ("int8", "int8", "int8"), ("int8", "uint8", "int8")):
                comparison.exported(f"{name} exported {precision} {io}", base, precision, io, kind)
        return comparison.failures


def main():
    if CHOSEN in os.environ:
        return 1 if compare(sys.argv[1], sys.argv[2:]) else 0
    try:
        importlib.import_module("ai_edge_litert")
        importlib.import_module("tensorflow")
    except ImportError as error:
        print(f"skipped: {error}; run scripts/install_frameworks")
        return 1 if os.environ.get("CI") == "true" else SKIPPED
    # Which Keras it is, is settled when TensorFlow is imported: a process each.
    codes = [subprocess.run([sys.executable, "-B", __file__, *sys.argv[1:]], check=False,
                            env={**os.environ, CHOSEN: legacy}).returncode for legacy in ("0", "1")]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
