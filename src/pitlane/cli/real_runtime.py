"""Runs a model file in the runtime that it is made for, on inputs that Pitlane wrote, one after another, batch 1.

    python3 -I -B -c THIS KIND MODEL FOLDER MEMORY RUNS PORT...

KIND is onnx, tflite or keras. FOLDER/inputs holds the inputs of all runs, one port after another, raw. A PORT is an input
of the model: f32:1x3x66x200 or u8:... . The last MEMORY inputs and outputs of the model are memory: zeros at first and
again after every RUNS runs, else what the run before gave. Writes FOLDER/outputs, all other outputs of all runs as raw
float32, and FOLDER/runtime, its name and version. Where there is no runtime it ends with 3 and FOLDER/missing says why.
"""

import importlib
import importlib.metadata
import os
import site
import sys

try:
    import numpy as np
except ImportError:  # then no runtime can be imported either, which is told below
    np = None

NOT_THERE = 3

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the processor's arithmetic is what ours is compared with


class OnnxRuntime:
    def __init__(self, module, path):
        options = module.SessionOptions()
        options.log_severity_level = 3
        self.session = module.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.inputs = self.session.get_inputs()
        self.shapes = [tuple(port.shape) for port in self.inputs]

    def run(self, values):
        return self.session.run(None, {port.name: value for port, value in zip(self.inputs, values)})


class LiteRt:
    def __init__(self, module, path):
        self.interpreter = getattr(module, "lite", module).Interpreter(model_path=path, num_threads=1)
        self.interpreter.allocate_tensors()
        self.inputs, self.outputs = self.interpreter.get_input_details(), self.interpreter.get_output_details()
        self.shapes = [tuple(map(int, detail["shape"])) for detail in self.inputs]

    def run(self, values):
        for detail, value in zip(self.inputs, values):
            self.interpreter.set_tensor(detail["index"], self.on_grid(value, detail))
        self.interpreter.invoke()
        return [self.real(self.interpreter.get_tensor(detail["index"]), detail) for detail in self.outputs]

    @staticmethod
    def on_grid(value, detail):
        if not np.issubdtype(detail["dtype"], np.integer) or value.dtype == detail["dtype"]:
            return value
        scale, zero = detail["quantization"]
        limits = np.iinfo(detail["dtype"])
        return np.clip(np.rint(value / np.float32(scale)) + zero, limits.min, limits.max).astype(detail["dtype"])

    @staticmethod
    def real(value, detail):
        if not np.issubdtype(detail["dtype"], np.integer):
            return value
        scale, zero = detail["quantization"]
        return (value.astype(np.float32) - zero) * np.float32(scale)


class Keras:
    def __init__(self, module, path):
        self.model = module.models.load_model(path, compile=False)
        self.shapes = [(1, *port.shape[1:]) for port in self.model.inputs]

    def run(self, values):
        made = self.model.predict_on_batch(values if len(values) > 1 else values[0])
        return made if isinstance(made, (list, tuple)) else [made]

#By kind : what runs it, and modules that have that, the first that is there wins; and what to install.
RUNTIMES = {
    "onnx": (OnnxRuntime, [("onnxruntime", "onnxruntime")], "onnxruntime"),
    "tflite": (LiteRt, [("ai_edge_litert.interpreter", "LiteRT"), ("tflite_runtime.interpreter", "TFLite runtime"),
                        ("tensorflow", "TensorFlow Lite")], "ai-edge-litert"),
    "keras": (Keras, [("tf_keras", "Keras"), ("keras", "Keras")], "tensorflow tf_keras"),
}


def version_of(name, module):
    top = name.split(".")[0]
    if hasattr(sys.modules[top], "__version__"):
        return sys.modules[top].__version__
    try:
        return importlib.metadata.version(top.replace("_", "-"))
    except importlib.metadata.PackageNotFoundError:
        return getattr(module, "__version__", "of unknown version")


def find_runtime(modules, package):
    """The first module of them that is there, and its name with the version; or the reason why there is none."""
    reasons = []
    for name, called in modules:
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            if not (isinstance(error, ModuleNotFoundError) and error.name == name.split(".")[0]):
                reasons.append(f"cannot import its {name}: {error}")
            continue
        return module, f"{called} {version_of(name, module)}", ""
    missing = f"has no {' or '.join(name.split('.')[0] for name, _ in modules)} (pip install {package})"
    return None, "", reasons[0] if reasons else missing


def read_ports(words):
    ports = []
    for word in words:
        kind, dims = word.split(":")
        ports.append((np.dtype({"f32": np.float32, "u8": np.uint8}[kind]), tuple(map(int, dims.split("x")))))
    return ports


def check_ports(runner, ports, memory):
    """A file that asks for other inputs than those that were written is not what Pitlane believes it to be."""
    wanted = [tuple(shape) for shape in runner.shapes]
    given = [shape for _, shape in ports] + wanted[len(wanted) - memory:]
    if wanted != given:
        sys.exit(f"the file's inputs are {wanted}, not {given}")


def run_all(runner, ports, folder, memory, runs):
    first_memory = len(runner.shapes) - memory
    data, at, count, state = np.memmap(os.path.join(folder, "inputs"), np.uint8, "r"), 0, 0, []
    with open(os.path.join(folder, "outputs"), "wb") as out:
        while at < len(data):
            if count % runs == 0:
                state = [np.zeros(shape, np.float32) for shape in runner.shapes[first_memory:]]
            values = []
            for dtype, shape in ports:
                size = int(np.prod(shape)) * dtype.itemsize
                values.append(np.frombuffer(data[at:at + size].tobytes(), dtype).reshape(shape))
                at += size
            made = [np.asarray(value, np.float32) for value in runner.run(values + state)]
            state = made[len(made) - memory:]
            for value in made[:len(made) - memory]:
                out.write(np.ascontiguousarray(value).tobytes())
            count += 1


def main(kind, path, folder, memory, runs, *ports):
    def tell(name, text):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.write(text)

    runner_class, modules, package = RUNTIMES[kind]
    module, name, reason = find_runtime(modules, package)
    if module is None:
        tell("missing", reason)
        sys.exit(NOT_THERE)
    tell("runtime", name)
    runner, ports = runner_class(module, path), read_ports(ports)
    check_ports(runner, ports, int(memory))
    run_all(runner, ports, folder, int(memory), int(runs))


if __name__ == "__main__":
#Isolated from the current folder and PYTHONPATH, but what the user installed for themselves counts.
    site.addsitedir(site.getusersitepackages())
    main(*sys.argv[1:])
