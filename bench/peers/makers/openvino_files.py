"""OpenVINO's quantisation by nncf: `python -m makers.openvino_files KIND IN.onnx OUT.xml NETWORK.json CALIBRATION`."""

import sys

import nncf
import openvino as ov
from nncf.quantization.advanced_parameters import AdvancedQuantizationParameters
from nncf.quantization.range_estimator import RangeEstimatorParametersSet

from makers.inputs import calibration


def main(kind, source, target, network, frames):
    model = ov.Core().read_model(source)
    if kind == "dynamic":
        model = nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_SYM)
    elif kind == "int4":  # dense layers; what it leaves in 8 bits by itself are convolutions and the last layer
        model = nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT4_SYM, group_size=-1)
    else:
        pictures = list(calibration(network, frames, True))
        # Its usual means of smallest and largest values cut off so much that a PilotNet's error grows by a sixth.
        whole = AdvancedQuantizationParameters(activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX)
        model = nncf.quantize(model, nncf.Dataset(pictures), preset=nncf.QuantizationPreset.MIXED,
                              subset_size=len(pictures), fast_bias_correction=True, advanced_parameters=whole)
    ov.save_model(model, target, compress_to_fp16=False)


main(*sys.argv[1:])
