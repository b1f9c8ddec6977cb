"""Our answers against Keras' own: every TensorFlow architecture of DeepLearningStudio and one real file, each on 100
random and 100 real pictures, largest difference 1e-4; saved as .h5 by Keras 2 (tf_keras) and as .h5 and .keras by
Keras 3. Then our exported .h5 in both versions of Keras.

    with_frameworks.sh ENVIRONMENT keras/parity.py KERAS_PROBE [DATA]

DATA has udacity/ and jderobot/ (default ../shared/data beside the project).
"""
import os
import subprocess
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import glob
import keras
import numpy as np
import tensorflow as tf
import tf_keras

PICTURES = 100
LARGEST = 1e-4
MEAN = np.array([0.485, 0.456, 0.406], np.float32) * 255
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32) * 255
SPEED_SCALE = np.float32(3.6) / np.float32(30)


def pilotnet(k, shape, outputs, padding, dropout=0.0):
    L = k.layers
    layers = [L.Input(shape), L.BatchNormalization(epsilon=0.001)]
    for filters, size, stride in [(24, 5, 2), (36, 5, 2), (48, 5, 2), (64, 3, 1), (64, 3, 1)]:
        layers.append(L.Conv2D(filters, size, strides=stride, activation="relu", padding=padding))
    layers.append(L.Flatten())
    for units in [1164, 100, 50, 10]:
        layers += [L.Dense(units, activation="relu"), L.Dropout(dropout)]
    return k.Sequential(layers + [L.Dense(outputs)])


def deepest_lstm(k, shape, inner, outputs):
    L = k.layers
    layers = [L.Input(shape)] + [L.Conv2D(8, 3, strides=2, activation="relu") for _ in range(3)]
    layers += [L.Dropout(0.2), L.Reshape((1, *inner, 8))]
    for sequences in [True, True, False]:
        layers.append(L.ConvLSTM2D(filters=8, kernel_size=(5, 5), padding="same", return_sequences=sequences))
    layers += [L.Flatten(), L.Dense(50, activation="relu"), L.Dense(10, activation="relu"), L.Dense(outputs)]
    return k.Sequential(layers)


def time_distributed(k, shape, units, tail, outputs):
    L = k.layers
    layers = [L.Input(shape), L.BatchNormalization(epsilon=0.001)]
    for filters, size, stride in [(24, 5, 2), (36, 5, 2), (48, 5, 2), (64, 3, 1), (64, 3, 1)]:
        layers.append(L.TimeDistributed(L.Conv2D(filters, size, strides=stride, activation="relu", padding="same")))
    layers.append(L.TimeDistributed(L.Flatten()))
    layers += [L.LSTM(units, return_sequences=sequences) for sequences in [True, True, True, False]]
    layers += [L.Dense(n, activation="relu") for n in tail]
    return k.Sequential(layers + [L.Dense(outputs)])


def conv3d(k, shape, outputs):
    L = k.layers
    layers = [L.Input(shape), L.BatchNormalization(epsilon=0.001)]
    for filters, size, stride in [(24, 5, 2), (36, 5, 2), (48, 5, 2), (64, 3, 1), (64, 3, 1)]:
        layers += [L.Conv3D(filters, size, strides=stride, activation="relu", padding="same"),
                   L.BatchNormalization(), L.Dropout(0.25)]
    layers.append(L.GlobalAveragePooling3D())
    for units in [1164, 100, 50, 10]:
        layers += [L.Dense(units, activation="relu"), L.BatchNormalization(), L.Dropout(0.5)]
    return k.Sequential(layers + [L.Dense(outputs)])


def mem_dccp(k, shape, outputs):
    L = k.layers
    layers = [L.Input(shape), L.BatchNormalization(epsilon=0.001)]
    for filters, size, stride in [(24, 5, 2), (36, 5, 2), (48, 5, 2), (64, 3, 1), (64, 3, 1)]:
        layers.append(L.Conv3D(filters, size, strides=stride, activation="relu", padding="same"))
    layers.append(L.Reshape((1, 13, 64, 7)))
    for sequences in [True, True, True, False]:
        layers.append(L.ConvLSTM2D(filters=8, kernel_size=(5, 5), padding="same", return_sequences=sequences))
    layers += [L.Flatten(), L.Dense(50, activation="relu"), L.Dense(10, activation="relu"), L.Dense(outputs)]
    return k.Sequential(layers)


ARCHITECTURES = {
    "f1_pilotnet": lambda k: pilotnet(k, (200, 66, 3), 2, "same"),
    "carla_pilotnet": lambda k: pilotnet(k, (200, 66, 3), 3, "valid"),
    "carla_pilotnet_v": lambda k: pilotnet(k, (200, 66, 4), 3, "same"),
    "traffic_pilotnet": lambda k: pilotnet(k, (200, 66, 3), 2, "valid", 0.1),
    "f1_deepest_lstm": lambda k: deepest_lstm(k, (50, 100, 3), (5, 11), 2),
    "carla_deepest_lstm": lambda k: deepest_lstm(k, (150, 50, 3), (17, 5), 3),
    "carla_deepest_lstm_v": lambda k: deepest_lstm(k, (150, 50, 4), (17, 5), 3),
    "f1_x3": lambda k: time_distributed(k, (3, 100, 50, 3), 4, [1164, 100, 50, 10], 2),
    "carla_x3_time_distributed": lambda k: time_distributed(k, (3, 100, 50, 3), 32, [], 3),
    "carla_x3_time_distributed_v": lambda k: time_distributed(k, (3, 100, 50, 4), 32, [], 3),
    "carla_x3_conv3d": lambda k: conv3d(k, (3, 100, 50, 3), 3),
    "carla_x3_conv3d_v": lambda k: conv3d(k, (3, 100, 50, 4), 3),
    "f1_mem_dccp": lambda k: mem_dccp(k, (3, 100, 50, 3), 2),
}


def liven(model):
    """Statistics and biases as after a training: not the zeros and ones of a fresh model."""
    random = np.random.default_rng(5)
    weights = []
    for variable in model.weights:
        values = np.asarray(variable)
        name = variable.path if hasattr(variable, "path") else variable.name
        if "seed" not in name and values.ndim == 1:
            values = values + random.uniform(-0.2, 0.2, values.shape).astype(values.dtype)
        weights.append(values)
    model.set_weights(weights)
    return model


def samples_for(shape, folder, data):
    """Pictures as bytes, {N, T, H, W, 3}, and speeds {N, T}: half of them random, half real."""
    frames, height, width = (shape[0], *shape[1:3]) if len(shape) == 4 else (1, *shape[:2])
    random = np.random.default_rng(3)
    pictures = random.integers(0, 256, (PICTURES, frames, height, width, 3), dtype=np.uint8)
    names = sorted(glob.glob(os.path.join(data, "udacity", "IMG", "center*.jpg")))[: PICTURES + frames]
    if names:
        real = [tf.cast(tf.image.resize(tf.io.decode_jpeg(tf.io.read_file(n)), (height, width)), tf.uint8).numpy()
                for n in names]
        stacked = np.stack([np.stack(real[i:i + frames]) for i in range(PICTURES)])
        pictures = np.concatenate([pictures, stacked])
    elif os.environ.get("CI"):
        sys.exit(f"{data} has no real pictures")
    else:
        print("no real pictures at", data)
    speeds = random.uniform(0, 20, (len(pictures), frames)).astype(np.float32)
    return pictures, speeds


def for_keras(pictures, speeds, shape):
    x = (pictures.astype(np.float32) - MEAN) / DEVIATION
    if shape[-1] == 4:
        plane = np.broadcast_to((speeds * SPEED_SCALE)[:, :, None, None, None], (*x.shape[:-1], 1))
        x = np.concatenate([x, plane], axis=-1)
    return x if len(shape) == 4 else x[:, 0]


def for_us(pictures, speeds, shape, path):
    with open(path, "wb") as out:
        for picture, speed in zip(pictures, speeds):
            out.write(np.moveaxis(picture, 0, 2).tobytes())  # frames beside each other as channels
            if shape[-1] == 4:
                out.write(speed.tobytes())  # m/s: the network knows the scale


def largest_difference(probe, file, folder, answers):
    out = os.path.join(folder, "out")
    subprocess.run([probe, "run", file, os.path.join(folder, "samples"), out], check=True)
    ours = np.fromfile(out, np.float32).reshape(answers.shape)
    return float(np.abs(ours - answers).max())


def main(probe, data=None):
    data = data or os.environ.get("PITLANE_TEST_DATA", os.path.join(os.path.dirname(__file__), "../../../../shared/data"))
    failed = []

    def report(name, difference):
        print(f"{name:44} {difference:.2e}{'' if difference <= LARGEST else '  TOO MUCH'}", flush=True)
        if not difference <= LARGEST:
            failed.append(name)

    def try_model(name, model, shape, files):
        with tempfile.TemporaryDirectory() as folder:
            pictures, speeds = samples_for(shape, folder, data)
            for_us(pictures, speeds, shape, os.path.join(folder, "samples"))
            fed = for_keras(pictures, speeds, shape)
            answers = np.asarray(model.predict(fed, batch_size=20, verbose=0))
            for ending in files:
                file = ending if os.path.exists(ending) else os.path.join(folder, "model" + ending)
                if file != ending:
                    model.save(file)
                report(f"{name} {os.path.basename(file)}", largest_difference(probe, file, folder, answers))
            if shape[-1] == 4 or len(shape) == 4:
                return  # our own file has one picture with all frames, and the speed as an input beside it
            exported = os.path.join(folder, "exported.h5")
            subprocess.run([probe, "export", file, exported], check=True)
            for k in [tf_keras, keras]:
                again = k.models.load_model(exported, compile=False)
                got = np.asarray(again.predict(fed, batch_size=20, verbose=0))
                report(f"{name} exported, in {k.__name__}", float(np.abs(got - answers).max()))

    for name, make in ARCHITECTURES.items():
        for k, endings in [(tf_keras, [".h5"]), (keras, [".h5", ".keras"])]:
            k.utils.set_random_seed(11)
            model = liven(make(k))
            try_model(f"{name} {k.__name__}", model, model.input_shape[1:], endings)
            k.backend.clear_session()
    real = os.path.join(data, "jderobot", "deepest_lstm_tinypilotnet_carla.h5")
    if os.path.exists(real):
        model = tf_keras.models.load_model(real, compile=False)
        try_model("the real file", model, model.input_shape[1:], [real])
    if failed:
        sys.exit(f"differ by more than {LARGEST}: {', '.join(failed)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
