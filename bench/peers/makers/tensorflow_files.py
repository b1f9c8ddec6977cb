"""TensorFlow's converter: `python -m makers.tensorflow_files KIND IN.h5 OUT.tflite NETWORK.json CALIBRATION`."""

import pathlib
import sys

import tensorflow as tf

from makers.inputs import calibration
from worker import keras_model


def main(kind, source, target, network, frames):
    model = keras_model.load(source)
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if kind != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if kind == "static":
        converter.representative_dataset = lambda: ([array] for array in calibration(network, frames, False))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    pathlib.Path(target).write_bytes(converter.convert())


main(*sys.argv[1:])
