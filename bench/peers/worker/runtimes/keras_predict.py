import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from worker import keras_model  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


class KerasPredict:
    """`model.predict`, as people first write it."""

    channels_first = False

    def __init__(self, path, options):
        self.model = keras_model.load(path)
        self.version = f"Keras {tf.keras.__version__}, TensorFlow {tf.__version__}"
        self.precision = self.model.dtype
        self.notes = "model.predict"

    @staticmethod
    def feed(array):
        return array

    def set(self, array):
        self.array = array

    def run(self):
        self.made = self.model.predict(self.array, verbose=0)

    def outputs(self):
        made = self.made if isinstance(self.made, (list, tuple)) else [self.made]
        return np.concatenate([np.ravel(part) for part in made])
