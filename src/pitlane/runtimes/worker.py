"""Runs a model in the runtime that it is made for, one input after another, batch 1, one thread.

    python3 -I -S -B -c THIS ENGINE [MODEL MEMORY PORT...]

ENGINE is onnxruntime, litert or keras. A PORT is an input of the model: f32:1x3x66x200 or u8:... . The last MEMORY
inputs and outputs of the model are memory, which stays here. What is said on stdout are frames:

    4 bytes "PITL", kind as u32, length as u64, so many bytes; all little-endian

HELLO names the runtime and its version, or MISSING says why there is none and all ends. Without MODEL all ends here,
and nothing was imported.
READY follows when the model has run once on zeros, with the number of float32 that an answer has, as u64. Then each
request on stdin, "r" or "R" and the inputs as raw bytes, gets an ANSWER: how long the runtime's own call took in
nanoseconds, as u64, and all outputs but memory as raw float32. Memory is zero at first and after "R", else what the run
before gave. stdin's end is the end. A fault's last line on stderr says what it was.
"""

import os
import sys

HELLO, MISSING, READY, ANSWER = 1, 2, 3, 4

# Nothing that a library prints may get between the frames.
replies = os.fdopen(os.dup(1), "wb")
requests = os.fdopen(os.dup(0), "rb")
os.dup2(2, 1)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[name] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the processor's arithmetic is what ours is compared with

import importlib
import importlib.metadata
import importlib.util
import site
import struct
import time
import traceback

np = None  # numpy, once a runtime is there: it is part of each


class OnnxRuntime:
    def __init__(self, module, path):
        options = module.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = options.inter_op_num_threads = 1
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


def opened_h5(path):
    """What Keras 3 and the generation before it both load, though a file in memory has no name that ends in .h5 and that
    HDF5 could open: the one takes whatever is open and says that it is called so, the other reads what has a path."""
    import h5py

    class OpenH5(h5py.File):
        def __str__(self):
            return "model.h5"

        def __fspath__(self):
            return path

    return OpenH5(open(path, "rb"), "r")


class Keras:
    def __init__(self, module, path):
        self.model = module.models.load_model(opened_h5(path), compile=False)
        self.shapes = [(1, *port.shape[1:]) for port in self.model.inputs]

    def run(self, values):
        made = self.model.predict_on_batch(values if len(values) > 1 else values[0])
        return made if isinstance(made, (list, tuple)) else [made]


# By engine: what runs it, modules that have it (the first that is there wins), and what to install.
RUNTIMES = {
    "onnxruntime": (OnnxRuntime, [("onnxruntime", "onnxruntime")], "onnxruntime"),
    "litert": (LiteRt, [("ai_edge_litert.interpreter", "LiteRT"), ("tflite_runtime.interpreter", "TFLite runtime"),
                        ("tensorflow", "TensorFlow Lite")], "ai-edge-litert"),
    "keras": (Keras, [("tf_keras", "Keras"), ("keras", "Keras")], "tensorflow tf_keras"),
}


def reply(kind, *parts):
    replies.write(struct.pack("<4sIQ", b"PITL", kind, sum(map(len, parts))))
    for part in parts:
        replies.write(part)
    replies.flush()


def die_with_the_one_who_asks():
    """Also where a library hangs and nobody sees that stdin has ended."""
    try:
        import ctypes
        import signal
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    except (ImportError, OSError, AttributeError):
        pass


def version_of(name):
    """Without importing it where its package says it, which takes seconds less."""
    top = name.split(".")[0]
    try:
        return importlib.metadata.version(top.replace("_", "-"))
    except importlib.metadata.PackageNotFoundError:
        return getattr(importlib.import_module(top), "__version__", "of unknown version")


def look_for_runtime(modules, package, take):
    """What `take` makes of the name of the first module that is there, and the runtime's name with the version; or the
    reason why there is none."""
    reasons = []
    for name, called in modules:
        try:
            return take(name), f"{called} {version_of(name)}", ""
        except ImportError as error:
            if not (isinstance(error, ModuleNotFoundError) and error.name == name.split(".")[0]):
                reasons.append(f"cannot import its {name}: {' '.join(str(error).split())}")
    missing = f"has no {' or '.join(name.split('.')[0] for name, _ in modules)} (pip install {package})"
    return None, "", reasons[0] if reasons else missing


def found(name):
    top = name.split(".")[0]
    if importlib.util.find_spec(top) is None:
        raise ModuleNotFoundError(name=top)


def made_inputs(words):
    """One array for each port."""
    arrays = []
    for word in words:
        kind, dims = word.split(":")
        arrays.append(np.zeros(tuple(map(int, dims.split("x"))), {"f32": np.float32, "u8": np.uint8}[kind]))
    return arrays


def check_ports(runner, inputs, memory):
    """A file that asks for other inputs than those that it gets is not what Pitlane believes it to be."""
    wanted = [tuple(shape) for shape in runner.shapes]
    given = [array.shape for array in inputs] + wanted[len(wanted) - memory:]
    if wanted != given:
        sys.exit(f"the file's inputs are {wanted}, not {given}")


def fill(view):
    """False where stdin ends first."""
    while len(view) > 0:
        count = requests.readinto(view)
        if not count:
            return False
        view = view[count:]
    return True


class Runs:
    def __init__(self, runner, inputs, memory):
        self.runner, self.inputs, self.memory = runner, inputs, memory
        self.forget()

    def forget(self):
        shapes = self.runner.shapes
        self.state = [np.zeros(shape, np.float32) for shape in shapes[len(shapes) - self.memory:]]

    def run(self):
        """Nanoseconds, and the outputs."""
        started = time.perf_counter_ns()
        made = self.runner.run(self.inputs + self.state)
        took = time.perf_counter_ns() - started
        made = [np.ascontiguousarray(value, np.float32) for value in made]
        kept = len(made) - self.memory
        self.state = made[kept:]
        return took, made[:kept]

    def answer_all(self):
        order = bytearray(1)
        while fill(memoryview(order)):
            if order == b"R":
                self.forget()
            if not all(fill(memoryview(array).cast("B")) for array in self.inputs):
                return
            took, outputs = self.run()
            reply(ANSWER, struct.pack("<Q", took), *(value.tobytes() for value in outputs))


def main(engine, path="", memory="0", *ports):
    global np
    runner_class, modules, package = RUNTIMES[engine]
    module, name, reason = look_for_runtime(modules, package, importlib.import_module if path else found)
    if reason:
        reply(MISSING, reason.encode())
        return
    reply(HELLO, name.encode())
    if not path:
        return
    np = importlib.import_module("numpy")
    runner, inputs = runner_class(module, path), made_inputs(ports)
    check_ports(runner, inputs, int(memory))
    runs = Runs(runner, inputs, int(memory))
    _, outputs = runs.run()  # a runtime's first run takes longer, and shows whether it runs at all
    runs.forget()
    reply(READY, struct.pack("<Q", sum(value.size for value in outputs)))
    runs.answer_all()


if __name__ == "__main__":
    die_with_the_one_who_asks()
    try:
        # -S leaves it to be done here, after the streams were moved: what an installation runs at each start may print.
        site.main()
        # Isolated from the current folder and PYTHONPATH, but what the user installed for themselves counts.
        site.addsitedir(site.getusersitepackages())
        main(*sys.argv[1:])
    except BrokenPipeError:
        os._exit(1)
    except Exception as fault:
        traceback.print_exc()
        print(f"{type(fault).__name__}: {' '.join(str(fault).split())[:500]}", file=sys.stderr, flush=True)
        os._exit(1)
