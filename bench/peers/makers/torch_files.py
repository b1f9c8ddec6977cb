"""TorchScript files: `python -m makers.torch_files KIND IN.onnx OUT.pt NETWORK.json CALIBRATION`."""

import sys
import warnings

import torch

from makers import onnx_module
from makers.inputs import calibration

warnings.filterwarnings("ignore")
ENGINE = "x86" if "x86" in torch.backends.quantized.supported_engines else "qnnpack"


def quantised_static(module, pictures):
    from torch.ao.quantization import QConfigMapping, get_default_qconfig
    from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

    torch.backends.quantized.engine = ENGINE
    prepared = prepare_fx(module, QConfigMapping().set_global(get_default_qconfig(ENGINE)), (pictures[0],))
    for array in pictures:
        prepared(array)
    return convert_fx(prepared)


def main(kind, source, target, network, frames):
    pictures = [torch.from_numpy(array) for array in calibration(network, frames, True)]
    example = pictures[0]
    with torch.no_grad():
        module = onnx_module.load(source)
        if kind == "bf16":
            module, example = module.bfloat16(), example.bfloat16()
        elif kind == "dynamic":
            torch.backends.quantized.engine = ENGINE
            module = torch.ao.quantization.quantize_dynamic(module, {torch.nn.Linear}, dtype=torch.qint8)
        elif kind == "static":
            module = quantised_static(module, pictures)
        torch.jit.save(torch.jit.trace(module, example), target)


main(*sys.argv[1:])
