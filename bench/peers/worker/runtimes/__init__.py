"""What a worker asks of a runtime, and who is there.

A runtime is made with (model file, options) and has: `channels_first`; `version`; `precision`, as the runtime itself says
it after loading; `notes`, how it was set up; `feed(array)`, which makes of a real input what the runtime takes; `set(feed)`,
before the clock; `run()`, what is timed; and `outputs()`. All run on one thread.
"""

import importlib


def later(module, name):
    """The class, imported only where it is asked for: each worker loads one runtime."""
    return lambda: getattr(importlib.import_module(f"worker.runtimes.{module}"), name)


RUNTIMES = {
    "onnxruntime": later("onnx_runtime", "OnnxRuntime"),
    "litert": later("lite_rt", "LiteRt"),
    "openvino": later("open_vino", "OpenVino"),
    "torch": later("torch_script", "TorchScript"),
    "keras": later("keras_predict", "KerasPredict"),
    "none": later("nothing", "Nothing"),
}
