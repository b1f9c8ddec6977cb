import collections

import numpy as np
import openvino as ov


class OpenVino:
    """Precision forced and read back: left alone, it takes bf16 where the processor has it."""

    channels_first = True

    def __init__(self, path, options):
        core = ov.Core()
        settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1,
                    "ENABLE_CPU_PINNING": False, "INFERENCE_PRECISION_HINT": options.get("precision", "f32")}
        if "group" in options:
            settings["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = int(options["group"])
        model = core.read_model(path)
        model.reshape([1 if d.is_dynamic else d for d in model.inputs[0].partial_shape])
        self.model = core.compile_model(model, "CPU", settings)
        self.request = self.model.create_infer_request()
        self.version = f"OpenVINO {ov.__version__.split('-')[0]}"
        hint = str(self.model.get_property("INFERENCE_PRECISION_HINT")).split("'")[1::2] or ["?"]
        self.precision = f"hint {hint[0]}; layers {self.layers()}"
        self.notes = f"threads {self.model.get_property('INFERENCE_NUM_THREADS')}"

    def layers(self):
        """Precisions in which convolutions and matrix products really run, most frequent first."""
        count = collections.Counter()
        for op in self.model.get_runtime_model().get_ordered_ops():
            info = op.get_rt_info()
            kind, precision = str(info["layerType"].astype(str)), str(info["runtimePrecision"].astype(str))
            if kind in ("Convolution", "FullyConnected", "MatMul"):
                count[precision] += 1
        return ", ".join(f"{n} in {p}" for p, n in count.most_common())

    @staticmethod
    def feed(array):
        return ov.Tensor(array, shared_memory=True), array  # the tensor does not keep the array alive

    def set(self, feed):
        self.input = feed
        self.request.set_input_tensor(feed[0])

    def run(self):
        self.request.infer()

    def outputs(self):
        return np.array(self.request.get_output_tensor(0).data)
