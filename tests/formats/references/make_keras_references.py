"""Writes small Keras models that cover every layer which Pitlane reads, and what Keras itself computes with them.

    build/frameworks/bin/python tests/formats/references/make_keras_references.py tests/formats/references/keras

The files are read by tests/formats/keras_reference_test.cpp. Inputs and weights follow formulas, so that the same
versions of the frameworks give the same files. With a second argument, the folder of the real inputs
(../shared/data), the answers to the real file there are computed too; without it the old ones are kept.
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import h5py
import keras
import numpy as np
import tf_keras


def formula(shape, run, stream):
    """Numbers from -1 to 1; the C++ tests have the same function."""
    i = np.arange(int(np.prod(shape)), dtype=np.uint64)
    mask = np.uint64(0xFFFFFFFF)
    h = (i * np.uint64(2654435761) + np.uint64(run * 40503 + stream * 97 + 12345)) & mask
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(2246822519)) & mask
    h ^= h >> np.uint64(13)
    return (h.astype(np.float64) / 2**31 - 1).astype(np.float32).reshape(shape)


def set_weights(model):
    weights = []
    for stream, variable in enumerate(model.weights):
        shape = tuple(variable.shape)
        name = variable.path if hasattr(variable, "path") else variable.name
        if "seed" in name or "count" in name:
            weights.append(np.zeros(shape))
            continue
        values = formula(shape, 77, stream)
        if "variance" in name:
            values = 1.2 + 0.7 * values
        elif "gamma" in name:
            values = 1 + 0.4 * values
        elif len(shape) > 1:
            values = values * (1.7 / np.sqrt(np.prod(shape[:-1])))
        else:
            values = 0.3 * values
        weights.append(values)
    model.set_weights(weights)
    return model


def pictures(k):
    L = k.layers
    image, speed = L.Input((21, 30, 3), name="image"), L.Input((1,), name="velocity")
    y = L.Conv2D(4, (5, 3), strides=2, padding="same", activation="relu")(image)
    a = L.DepthwiseConv2D(3, depth_multiplier=2, padding="same", activation="tanh")(y)
    b = L.SeparableConv2D(8, 3, padding="same", depth_multiplier=2, activation="elu")(y)
    y = L.BatchNormalization(scale=False)(L.Add()([a, b, a]))
    y = L.GaussianNoise(0.1)(L.SpatialDropout2D(0.3)(y))
    e = L.MaxPooling2D(3, strides=2, padding="same")(y)
    f = L.AveragePooling2D(3, strides=2, padding="same")(y)
    y = L.Cropping2D(((0, 1), (1, 0)))(L.ZeroPadding2D(((1, 0), (2, 1)))(L.Concatenate()([e, f])))
    rows = L.Concatenate(axis=1)([y, y])
    y = L.Conv2D(6, 3, dilation_rate=2, padding="same", use_bias=False)(rows)
    h = L.GlobalAveragePooling2D()(y)
    gate = L.Dense(6, activation="sigmoid")(h)
    scaled = L.Multiply()([y, L.Reshape((1, 1, 6))(gate)])
    points = L.Flatten()(L.Dense(2)(scaled))
    h = L.Concatenate()([L.Multiply()([h, gate]), speed, points])
    return k.Model([image, speed], [L.Dense(2, name="drive")(h), L.Dense(3, activation="softmax", name="choice")(h)])


def curves(k):
    L = k.layers
    image = L.Input((9, 10, 3), name="image")
    y = L.Conv2D(4, 3, activation="linear")(image)
    y = L.BatchNormalization(center=False)(y)
    made = [L.ReLU()(y), L.ReLU(max_value=0.5, negative_slope=0.1)(y), L.ReLU(max_value=6)(y), L.ELU(0.5)(y),
            L.LeakyReLU()(y), L.PReLU(shared_axes=[1, 2])(y), L.PReLU()(y), L.Softmax()(y)]
    for name in ["elu", "selu", "tanh", "sigmoid", "hard_sigmoid", "swish", "softmax", "relu"]:
        made.append(L.Activation(name)(y))
    made.append(L.Conv2D(2, 1, activation="selu")(y))
    made.append(L.Conv2D(2, 1, activation="swish")(y))
    return k.Model(image, L.GlobalAveragePooling2D()(L.Concatenate()(made)))


def volumes(k):
    L = k.layers
    frames = L.Input((5, 12, 14, 3), name="frames")
    y = L.BatchNormalization()(frames)
    y = L.Conv3D(4, (3, 3, 3), strides=(2, 2, 2), padding="same", activation="relu")(y)
    m = L.GlobalAveragePooling3D()(L.MaxPooling3D((2, 2, 2), padding="same")(y))
    y = L.Conv3D(5, (2, 3, 3), activation="swish")(L.BatchNormalization()(y))
    y = L.SpatialDropout3D(0.2)(L.MaxPooling3D((1, 2, 2))(y))
    a = L.GlobalAveragePooling3D()(L.AveragePooling3D((2, 1, 1), strides=1, padding="same")(y))
    return k.Model(frames, L.Dense(2)(L.Concatenate()([m, a, L.Flatten()(y)])))


def sequences(k):
    L = k.layers
    frames = L.Input((3, 10, 12, 3), name="frames")
    y = L.TimeDistributed(L.Conv2D(4, 3, strides=2, activation="relu"))(frames)
    c = L.ConvLSTM2D(3, 3, padding="same", return_sequences=True)(y)
    c = L.ConvLSTM2D(2, (2, 3), recurrent_activation="hard_sigmoid")(c)
    s = L.TimeDistributed(L.Flatten())(L.TimeDistributed(L.BatchNormalization())(y))
    s = L.LSTM(4, return_sequences=True)(s)
    s = L.TimeDistributed(L.Dense(5, activation="leaky_relu"))(s)
    s = L.LSTM(3, go_backwards=True, recurrent_activation="hard_sigmoid", activation="relu", use_bias=False)(s)
    r = L.Permute((1, 2, 3, 4))(L.Reshape((2, 6, -1, 5))(y))
    r = L.Dense(2)(L.Flatten()(r))
    v = L.LSTM(2)(L.RepeatVector(3)(r))
    return k.Model(frames, L.Dense(2)(L.Concatenate()([L.Flatten()(c), s, r, v])))


def stateful(k):
    L = k.layers
    image = L.Input(batch_shape=(1, 8, 9, 3), name="image")
    y = L.Conv2D(2, 3, strides=2)(image)
    c = L.ConvLSTM2D(2, 3, padding="same", stateful=True, return_sequences=True)(L.Reshape((1, 3, 4, 2))(y))
    y = L.LSTM(4, stateful=True)(L.Reshape((1, 24))(c))
    return k.Model(image, L.Dense(2)(y))


def scaled(k):
    L = k.layers
    return k.Sequential([L.Input((16, 20, 3)), L.Cropping2D(((4, 2), (0, 0))), L.Rescaling(1 / 127.5, offset=-1),
                         L.Normalization(mean=[0.1, -0.2, 0.3], variance=[0.5, 2.0, 1.0]),
                         L.Conv2D(3, 3, strides=(2, 3), activation="selu"), L.Flatten(), L.Dropout(0.5),
                         L.Dense(1, activation="tanh")])


def adapted(k):
    L = k.layers
    return k.Sequential([L.Input((8, 10, 9)), L.Normalization(), L.Conv2D(3, 3, groups=3), L.Flatten(), L.Dense(2)])


# With the number of runs; memory is kept between them.
MODELS = [(adapted, 1), (stateful, 3), (sequences, 2), (pictures, 2), (curves, 1), (volumes, 2), (scaled, 1)]


def ask(model, runs):
    inputs = [tuple(t.shape)[1:] for t in model.inputs]
    answers = []
    for run in range(runs):
        fed = [formula((1, *shape), run, stream) for stream, shape in enumerate(inputs)]
        out = model(fed if len(fed) > 1 else fed[0], training=False)
        out = out if isinstance(out, (list, tuple)) else [out]
        answers.append([float(v) for tensor in out for v in np.asarray(tensor).ravel()])
    return {"inputs": [list(shape) for shape in inputs], "runs": answers}


def keras1(path):
    """As Keras 1.2 wrote it, by hand: no such version runs any more. The same in today's words gives the answers."""
    L = tf_keras.layers
    model = set_weights(tf_keras.Sequential([
        L.Input((12, 16, 3)), L.Conv2D(4, (3, 5), strides=(2, 2), activation="relu"), L.ELU(alpha=0.7),
        L.Reshape((5, 24)), L.LSTM(3, recurrent_activation="hard_sigmoid"), L.Dropout(0.2), L.Dense(2)]))
    conv, _, _, lstm, _, dense = [layer for layer in model.layers]
    def layer(name, kind, **config):
        return {"class_name": kind, "config": {"name": name, "trainable": True, **config}}
    config = [
        layer("convolution2d_1", "Convolution2D", batch_input_shape=[None, 12, 16, 3], nb_filter=4, nb_row=3, nb_col=5,
              subsample=[2, 2], border_mode="valid", dim_ordering="tf", activation="relu", bias=True),
        layer("elu_1", "ELU", alpha=0.7), layer("reshape_1", "Reshape", target_shape=[5, 24]),
        layer("lstm_1", "LSTM", output_dim=3, activation="tanh", inner_activation="hard_sigmoid",
              return_sequences=False, go_backwards=False, stateful=False, consume_less="cpu"),
        layer("dropout_1", "Dropout", p=0.2), layer("dense_1", "Dense", output_dim=2, activation="linear", bias=True)]
    kernel, recurrent, bias = lstm.get_weights()
    gates = dict(zip("ifco", zip(*(np.split(w, 4, axis=-1) for w in (kernel, recurrent, bias)))))
    arrays = {"convolution2d_1": dict(zip(["convolution2d_1_W", "convolution2d_1_b"], conv.get_weights())),
              "elu_1": {}, "reshape_1": {}, "dropout_1": {},
              "lstm_1": {f"lstm_1_{part}_{g}": w for g in "icfo" for part, w in zip("WUb", gates[g])},
              "dense_1": dict(zip(["dense_1_W", "dense_1_b"], dense.get_weights()))}
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": config}).encode()
        root = file.create_group("model_weights")
        names = [entry["config"]["name"] for entry in config]
        root.attrs["layer_names0"] = [name.encode() for name in names[:4]]  # split, as for very many layers
        root.attrs["layer_names1"] = [name.encode() for name in names[4:]]
        for name in names:
            group = root.create_group(name)
            group.attrs["weight_names"] = [weight.encode() for weight in arrays[name]]
            for weight, values in arrays[name].items():
                group.create_dataset(weight, data=values)
    return ask(model, 2)


def with_type(source, path, dtype):
    """A copy of a .h5 with its weights in another type."""
    with h5py.File(source) as old, h5py.File(path, "w") as new:
        def copy(name, item):
            if isinstance(item, h5py.Dataset):
                made = new.create_dataset(name, data=item[()].astype(dtype))
            else:
                made = new.require_group(name)
            for key, value in item.attrs.items():
                made.attrs[key] = value
        for key, value in old.attrs.items():
            new.attrs[key] = value
        old.visititems(copy)


def main(folder, data=None):
    os.makedirs(folder, exist_ok=True)
    stored = os.path.join(folder, "answers.json")
    answers = {}
    real = json.load(open(stored)).get("real") if os.path.exists(stored) else None
    for make, runs in MODELS:
        for k, version, ending in [(tf_keras, "keras2", ".h5"), (keras, "keras3", ".keras"), (keras, "keras3", ".h5")]:
            k.backend.clear_session()
            model = set_weights(make(k))
            name = f"{make.__name__}.{version}{ending}"
            model.save(os.path.join(folder, name))
            # Loaded again: what Keras makes of the file (set_weights does not tell a Normalization of its statistics).
            answers[name] = ask(k.models.load_model(os.path.join(folder, name), compile=False), runs)
    answers["by_hand.keras1.h5"] = keras1(os.path.join(folder, "by_hand.keras1.h5"))
    tf_keras.backend.clear_session()
    model = set_weights(scaled(tf_keras))
    model.compile("adam", "mse")
    model.fit(np.zeros((1, 16, 20, 3)), np.zeros((1, 1)), verbose=0)
    set_weights(model)
    model.save(os.path.join(folder, "trained.keras2.h5"))  # with the state of the optimizer
    answers["trained.keras2.h5"] = ask(model, 1)
    model.save(os.path.join(folder, "trained.keras2.keras"))
    answers["trained.keras2.keras"] = answers["trained.keras2.h5"]
    with_type(os.path.join(folder, "scaled.keras2.h5"), os.path.join(folder, "float64.keras2.h5"), np.float64)
    answers["float64.keras2.h5"] = answers["scaled.keras2.h5"]
    half = os.path.join(folder, "float16.keras2.h5")
    with_type(os.path.join(folder, "scaled.keras2.h5"), half, np.float16)
    model = scaled(tf_keras)
    model.load_weights(half)
    answers["float16.keras2.h5"] = ask(model, 1)
    answers["real"] = real
    if data:
        file = os.path.join(data, "jderobot", "deepest_lstm_tinypilotnet_carla.h5")
        answers["real"] = ask(tf_keras.models.load_model(file, compile=False), 3)
    with open(stored, "w") as out:
        json.dump(answers, out, indent=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
