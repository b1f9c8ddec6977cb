// Training checkpoints. Their checksum is made right, so that what lies behind it is reached.
#include <algorithm>

#include "fuzz/target.h"
#include "pitlane/core/hash.h"
#include "pitlane/train/checkpoint_format.h"

namespace pitlane::fuzz {
namespace {

constexpr std::size_t kChecksumBytes = 32;  // at the end

std::vector<std::byte> sealed(Bytes input) {
  std::vector<std::byte> bytes(input.begin(), input.end());
  if (bytes.size() < kChecksumBytes) return bytes;
  const std::string sum = Hasher().bytes(input.first(bytes.size() - kChecksumBytes)).hex();
  std::ranges::copy(bytes_of(sum), bytes.end() - kChecksumBytes);
  return bytes;
}

}  // namespace

void run(Bytes input) {
  const std::vector<std::byte> bytes = sealed(input);
  const auto state = decode_checkpoint(bytes);
  if (!state) return check_error(state.error());
  PITLANE_CHECK(encode_checkpoint(*state) == bytes);
}

void add_seeds(Seeds& seeds) {
  TrainState state;
  seeds.add("empty", encode_checkpoint(state));
  state.key = {{"data", "abc"}, {"seed", "1"}};
  state.epochs_done = 2;
  state.step = 40;
  state.weights = {{1, 2, 3}, {4}};
  state.moments = {{{0.1F, 0.2F, 0.3F}, {1, 1, 1}}, {}};
  state.averages = {{1, 2, 3}, {}};
  state.best_epoch = 1;
  state.best_weights = state.weights;
  state.history = {{1, 0.5, 0.6, 3}, {2, 0.4, 0.7, 3}};
  seeds.add("two-epochs", encode_checkpoint(state));
}

}  // namespace pitlane::fuzz
