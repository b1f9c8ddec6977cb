"""ONNX Runtime's own quantisation: `python -m makers.ort_files KIND IN.onnx OUT.onnx NETWORK.json CALIBRATION`."""

import sys
import tempfile

import onnx
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

from makers.inputs import calibration


class Pictures(quantization.CalibrationDataReader):
    def __init__(self, name, network, frames):
        self.feeds = ({name: array} for array in calibration(network, frames, True))

    def get_next(self):
        return next(self.feeds, None)


def main(kind, source, target, network, frames):
    name = onnx.load(source).graph.input[0].name
    with tempfile.NamedTemporaryFile(suffix=".onnx") as prepared:
        quant_pre_process(source, prepared.name)
        if kind == "dynamic":
            quantization.quantize_dynamic(prepared.name, target, per_channel=True,
                                          weight_type=quantization.QuantType.QInt8)
        else:
            quantization.quantize_static(
                prepared.name, target, Pictures(name, network, frames), quant_format=quantization.QuantFormat.QDQ,
                per_channel=True, activation_type=quantization.QuantType.QUInt8,
                weight_type=quantization.QuantType.QInt8)


main(*sys.argv[1:])
