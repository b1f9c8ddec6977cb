"""Makes the files and answers in references/tflite with TensorFlow's converter and LiteRT. Run once; the result is kept.

  $PITLANE_FRAMEWORKS/bin/python make_tflite.py FOLDER                       # picture-*, sequence-*, loop
  TF_USE_LEGACY_KERAS=0 $PITLANE_FRAMEWORKS/bin/python make_tflite.py FOLDER # frames-*

Beside each NAME.tflite stands NAME.txt: for each sample one line, the step of its input and LiteRT's answer. Element i of
an input is (1 + sin(step * (i + 1))) / 2, in our order {H, W, T * C}.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# Keras 2, as donkeycar and DeepLearningStudio have it: with 0 names of outputs are lost and LSTM becomes single operators.
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

STEPS = (0.7, 0.31, 1.9, 0.05, 2.6)
keras, layers = tf.keras, tf.keras.layers
LEGACY = os.environ["TF_USE_LEGACY_KERAS"] == "1"


def waves(shape, step):
    count = int(np.prod(shape))
    return ((1 + np.sin(step * np.arange(1, count + 1))) / 2).astype(np.float32).reshape(shape)


def weights(model):
    """From a formula, so that files come out alike everywhere."""
    for number, layer in enumerate(model.layers):
        values = layer.get_weights()
        layer.set_weights([np.sin((0.37 + 0.11 * number) * np.arange(1, v.size + 1)).reshape(v.shape)
                           * (0.9 / np.sqrt(max(1, v.size / v.shape[-1])) if v.ndim > 1 else 0.1) for v in values])


def picture():
    x = image = keras.Input((21, 27, 3))
    x = layers.Conv2D(6, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.DepthwiseConv2D(3, activation="relu6")(x)
    x = layers.Conv2D(6, 1)(x)
    x = layers.LeakyReLU()(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(12, activation="relu")(x)
    return keras.Model(image, [layers.Dense(1, name="n_outputs0")(x), layers.Dense(1, name="n_outputs1")(x)])


def frames():
    x = image = keras.Input((3, 14, 15, 3))
    x = layers.TimeDistributed(layers.Conv2D(4, 3, strides=2, activation="relu"))(x)
    x = layers.TimeDistributed(layers.Flatten())(x)
    x = layers.LSTM(4, unroll=True)(x)
    return keras.Model(image, layers.Dense(2, activation="tanh")(x))


def sequence():
    x = image = keras.Input((12, 14, 3), batch_size=1)
    x = layers.Conv2D(4, 3, strides=2, activation="relu")(x)
    x = layers.Reshape((5, 24))(x)
    x = layers.LSTM(5, return_sequences=True)(x)
    x = layers.LSTM(4)(x)
    return keras.Model(image, layers.Dense(2)(x))


def convert(model, precision):
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
    if "int8" in precision:
        shape = model.inputs[0].shape[1:]
        converter.representative_dataset = lambda: ([waves(shape, s)[None]] for s in (*STEPS, 0.9, 1.3, 0.11, 3.0))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    if precision.endswith("-io"):
        kind = tf.uint8 if precision.startswith("uint8") else tf.int8
        converter.inference_input_type = converter.inference_output_type = kind
    return converter.convert()


def answers(content):
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    detail = interpreter.get_input_details()[0]
    shape = tuple(detail["shape"])
    for step in STEPS:
        interpreter.reset_all_variables()
        value = waves(shape, step)
        if len(shape) == 5:
            value = np.moveaxis(waves((shape[2], shape[3], shape[1], shape[4]), step), 2, 0)[None]
        if detail["dtype"] != np.float32:
            scale, zero = detail["quantization"]
            low = np.iinfo(detail["dtype"]).min
            value = np.clip(np.rint(value / scale) + zero, low, low + 255).astype(detail["dtype"])
        interpreter.set_tensor(detail["index"], np.ascontiguousarray(value))
        interpreter.invoke()
        made = []
        for out in interpreter.get_output_details():
            real = interpreter.get_tensor(out["index"]).astype(np.float64).ravel()
            if out["dtype"] != np.float32:
                real = (real - out["quantization"][1]) * out["quantization"][0]
            made += real.tolist()
        yield " ".join([f"{step:.9g}", *(f"{v:.9g}" for v in made)])


def loop():
    """A WHILE of real life: a sequence that nobody unrolled."""

    @tf.function(input_signature=[tf.TensorSpec((1, 4), tf.float32)])
    def repeat(x):
        return tf.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, tf.tanh(v)), (tf.constant(0), x))[1]

    return tf.lite.TFLiteConverter.from_concrete_functions([repeat.get_concrete_function()]).convert()


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {frames: ("float32", "int8")}
    if LEGACY:
        wanted = {picture: ("float32", "float16", "dynamic", "int8", "int8-io", "uint8-io"), sequence: ("float32",)}
        (folder / "loop.tflite").write_bytes(loop())
    for make, precisions in wanted.items():
        model = make()
        weights(model)
        for precision in precisions:
            name = f"{make.__name__}-{precision}"
            content = convert(model, precision)
            (folder / f"{name}.tflite").write_bytes(content)
            (folder / f"{name}.txt").write_text("\n".join(answers(content)) + "\n")
            print(name, len(content))


if __name__ == "__main__":
    main()
