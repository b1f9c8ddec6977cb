"""Our .h5 files scale the camera's bytes in their first layer; the other formats expect scaled numbers."""

import tensorflow as tf


def load(path):
    """The network behind the scaling, so that all runtimes compute the same."""
    model = tf.keras.models.load_model(path, compile=False)
    scaled = [layer for layer in model.layers if isinstance(layer, tf.keras.layers.Rescaling)]
    if not scaled:
        return model
    return tf.keras.Model(scaled[0].output, model.output)
