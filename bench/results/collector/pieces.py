"""The pieces: one strategy on one network, one recording and one seed each. Which there are, and where each is kept."""

import dataclasses
import re

NETWORKS = {"torch": "pilotnet-torch", "tf": "pilotnet-tf"}
DATA = ("simulator", "udacity")
# The large network takes hours for one seed; its rows have no intervals.
SEEDS = {"pilotnet-torch": (1, 2, 3), "pilotnet-tf": (1,)}

# In the order of the tables. The first nine are what the others are compared with.
STRATEGIES = (
    "baseline", "fine_tune", "fine_tune_long", "quan_aware_control", "prune_qat_control", "clust_qat_control",
    "prune_clust_qat_control", "shrink_control", "grey_input_control", "fp32", "float16_quan", "bfloat16_quan", "dynamic_quan", "int_flt_quan",
    "int_quan", "static_quan", "int8", "quan_aware", "local_prune", "global_prune", "prune", "prune_quan",
    "prune_quan_tf", "prune_qat", "clust_qat", "prune_clust_qat", "int4", "int2", "shrink", "shrink_quan",
    "grey_input", "plane_input", "small_input", "small_input_quan")

# Who trained in the same way with nothing taken away. Those of one training share their control.
CONTROLS = {
    **{name: f"{name}_control" for name in ("quan_aware", "prune_qat", "clust_qat", "prune_clust_qat")},
    **dict.fromkeys(("local_prune", "global_prune", "prune_quan"), "fine_tune"),
    **dict.fromkeys(("prune", "prune_quan_tf"), "fine_tune_long"),
    **dict.fromkeys(("shrink", "shrink_quan"), "shrink_control"),
    **dict.fromkeys(("grey_input", "plane_input", "small_input", "small_input_quan"), "grey_input_control")}

# They see the camera's frames at another size than the baseline, so they need recordings of whole frames.
OTHER_SIZES = frozenset(("small_input", "small_input_quan"))

# TensorFlow's ten, PyTorch's six and TensorRT's three: three of these names stand for two of them.
PUBLISHED = frozenset((
    "dynamic_quan", "int_quan", "int_flt_quan", "float16_quan", "quan_aware", "prune", "prune_quan_tf", "clust_qat",
    "prune_qat", "prune_clust_qat", "static_quan", "local_prune", "global_prune", "prune_quan", "fp32", "int8"))
# What every piece drives, named so that a circuit which is added later changes none: all of ours but `alley`.
CIRCUITS = ("chicane", "figure-eight", "hairpins", "held-out", "long-straight", "mixed", "s-bends", "sweepers", "tight")
PRUNED = frozenset(name for name in STRATEGIES if "prune" in name and not name.endswith("_control"))


# The nearest control where that one is not measured.
NEAREST = {**dict.fromkeys(CONTROLS, "fine_tune_long"), "quan_aware": "fine_tune"}


@dataclasses.dataclass(frozen=True)
class Group:
    """What one directory of `pitlane tune` holds: all strategies start from the same baseline."""
    network: str
    data: str
    seed: int

    def __str__(self):
        return f"{self.network}, {self.data}, seed {self.seed}"

    @property
    def name(self):
        return f"{self.network}-{self.data}-{self.seed}"

    def folder(self, runs):
        return runs / self.data / self.network / f"seed-{self.seed}"

    def command(self, strategy=None):
        """Makes the group's rows, or one of them."""
        short = next(key for key, name in NETWORKS.items() if name == self.network)
        only = f" --only {strategy}" if strategy else ""
        return f"bench/results/run --networks {short} --data {self.data} --seeds {self.seed}{only}"


def groups(networks, data, seeds):
    """The chosen ones. `seeds` may be empty: all that the network is to have."""
    return [Group(network, where, seed) for where in data for network in networks
            for seed in SEEDS[network] if not seeds or seed in seeds]


def row_file(group, strategy, runs):
    return group.folder(runs) / f"{strategy}.json"


def epochs(recipe):
    """How often a recipe goes through the training data."""
    return sum(map(int, re.findall(r"\bepochs=(\d+)", recipe)))


def weight(recipe):
    """About how long a piece takes, in epochs: judging, laps and timing are about as long as one."""
    return 1 + epochs(recipe)
