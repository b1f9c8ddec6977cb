#include "pitlane/formats/pytorch/state_dict.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <set>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/core/printable.h"
#include "pitlane/formats/pytorch/container.h"
#include "pitlane/network/weight.h"

namespace pitlane {
namespace {

/// What checkpoints call the weights of their network, the plainest first.
constexpr std::array kWrappers = {"state_dict", "model_state_dict", "model", "net", "network", "weights"};
/// What wrappers of modules put before all names: DataParallel, Lightning, torch.compile, and habits.
constexpr std::array kPrefixes = {"module.", "net.", "model.", "network.", "_orig_mod."};
constexpr int kDeepestWrapper = 3;
constexpr std::size_t kLongestName = 256;

bool is_plain(std::string_view name) {
  const bool printable = std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return printable && !name.empty() && name.size() <= kLongestName;
}

bool holds_tensors(const Pickle& pickle, const PickleDict& dict) {
  return std::any_of(dict.items.begin(), dict.items.end(), [&](const auto& item) {
    return pickle.get<PickleText>(item.first) != nullptr && pickle.get<PickleTensor>(item.second) != nullptr;
  });
}

std::string keys_of(const Pickle& pickle, const PickleDict& dict) {
  std::string keys;
  std::size_t count = 0;
  for (const auto& item : dict.items) {
    const auto* key = pickle.get<PickleText>(item.first);
    if (key == nullptr || ++count > 8) continue;
    keys += (keys.empty() ? "" : ", ") + printable_name(key->text);
  }
  return keys.empty() ? "nothing" : keys;
}

/// A checkpoint often has numbers beside its state dict (the last loss), so that the usual names come first.
Result<const PickleDict*> find_weights(const Pickle& pickle) {
  const auto* dict = pickle.root_as<PickleDict>();
  if (dict == nullptr)
    return unsupported("it holds " + kind_of(pickle.objects[pickle.root]) +
                       "; wanted is a state dict: torch.save(model.state_dict(), PATH)");
  for (int depth = 0; depth < kDeepestWrapper; ++depth) {
    const PickleDict* inner = nullptr;
    for (const char* name : kWrappers) {
      const PickleObject* value = pickle.find(*dict, name);
      inner = value == nullptr ? nullptr : std::get_if<PickleDict>(value);
      if (inner != nullptr) break;
    }
    if (inner == nullptr) break;
    dict = inner;
  }
  if (!holds_tensors(pickle, *dict))
    return unsupported("it holds no state dict, but " + keys_of(pickle, *dict) +
                       "; save the weights with torch.save(model.state_dict(), PATH)");
  return dict;
}

void leave_out_prefixes(std::vector<NamedTensor>& tensors) {
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view prefix : kPrefixes) {
      const bool all = std::all_of(tensors.begin(), tensors.end(), [&](const NamedTensor& tensor) {
        return tensor.name.size() > prefix.size() && tensor.name.starts_with(prefix);
      });
      if (!all) continue;
      for (NamedTensor& tensor : tensors) tensor.name.erase(0, prefix.size());
      found = true;
    }
  }
}

Result<std::vector<NamedTensor>> name_tensors(const Pickle& pickle, const PickleDict& dict) {
  std::vector<NamedTensor> tensors;
  std::set<std::string_view> seen;
  for (const auto& [key, value] : dict.items) {
    const auto* name = pickle.get<PickleText>(key);
    const auto* tensor = pickle.get<PickleTensor>(value);
    if (name == nullptr || tensor == nullptr) continue;
    if (!is_plain(name->text))
      return corrupt("a weight's name is empty, unprintable or longer than " + std::to_string(kLongestName));
    if (!seen.insert(name->text).second) return corrupt("weight '" + printable_name(name->text) + "' is there twice");
    tensors.push_back({std::string(name->text), pickle.tensors[tensor->index]});
  }
  leave_out_prefixes(tensors);
  return tensors;
}

/// What a file of that size may take in memory: its weights, and its storages, which torch.save does not compress.
std::uintmax_t most_memory(std::uintmax_t file_bytes) {
  constexpr std::uintmax_t kAlways = std::uintmax_t{64} << 20, kTimesTheFile = 8;
  return kAlways + kTimesTheFile * file_bytes;
}

/// Matching against architectures looks for each name, and layers that share a storage would copy it each.
Status check_extent(const std::vector<NamedTensor>& tensors, std::uintmax_t file_bytes) {
  constexpr std::size_t kMostTensors = 2048;  // a residual network of 152 layers has less than half of it
  if (tensors.size() > kMostTensors)
    return unsupported("it holds " + std::to_string(tensors.size()) + " weights, the most is " +
                       std::to_string(kMostTensors));
  const std::uintmax_t most = most_memory(file_bytes);
  std::uintmax_t bytes = 0;
  for (const NamedTensor& tensor : tensors) {
    bytes += static_cast<std::uintmax_t>(element_count(tensor.stored.sizes)) * sizeof(float);
    if (bytes > most)
      return corrupt("its weights share memory so much that they would take more than " + std::to_string(most >> 20) +
                     " MiB, of a file of " + std::to_string(file_bytes) + " bytes");
  }
  return {};
}

/// A storage may be larger than its tensors, which are views of it, but an archive may claim anything. Tells the reader
/// which of them several tensors need.
Status check_storages(StorageReader& storages, const std::vector<NamedTensor>& tensors, std::uintmax_t file_bytes) {
  const std::uintmax_t most = most_memory(file_bytes);
  std::uintmax_t bytes = 0;
  std::set<std::string_view> seen;
  for (const NamedTensor& tensor : tensors) {
    const std::string_view key = tensor.stored.storage.key;
    if (!seen.insert(key).second) {
      storages.share(key);
      continue;
    }
    const std::uint64_t unpacked = storages.unpacked_bytes(key);
    bytes += std::min<std::uintmax_t>(unpacked, most + 1);
    if (bytes > most)
      return corrupt("storage '" + printable_name(key) + "' would unpack to " + std::to_string(unpacked) +
                     " bytes, of which weight '" + tensor.name + "' needs " +
                     std::to_string(static_cast<std::uintmax_t>(element_count(tensor.stored.sizes)) *
                                    info_of(tensor.stored.type).bytes) +
                     "; all storages may take " + std::to_string(most >> 20) + " MiB, of a file of " +
                     std::to_string(file_bytes) + " bytes; save the weights again, uncompressed: " +
                     "torch.save({k: v.clone() for k, v in model.state_dict().items()}, PATH)");
  }
  return {};
}

Result<std::unique_ptr<StorageReader>> open_container(const std::filesystem::path& path) {
  PITLANE_TRY_STATUS(check_regular_file(path));
  std::ifstream in(path, std::ios::binary);
  std::array<char, 2> head{};
  in.read(head.data(), head.size());
  if (!in.is_open()) return io_error("it cannot be read");
  return head[0] == 'P' && head[1] == 'K' ? open_zip_container(path) : open_legacy_container(path);
}

template <typename T>
T element(const std::byte* from, bool swapped) {
  std::array<std::byte, sizeof(T)> bytes;
  std::memcpy(bytes.data(), from, sizeof(T));
  if (swapped) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

/// Null for what is no float.
float (*decoder_of(ScalarType type))(const std::byte* from, bool swapped) {
  static_assert(std::endian::native == std::endian::little);
  switch (type) {
    case ScalarType::kF32:
      return element<float>;
    case ScalarType::kF64:
      return [](const std::byte* from, bool swapped) { return static_cast<float>(element<double>(from, swapped)); };
    case ScalarType::kF16:
      return [](const std::byte* from, bool swapped) { return f16_to_f32(element<std::uint16_t>(from, swapped)); };
    case ScalarType::kBf16:
      return [](const std::byte* from, bool swapped) {
        return std::bit_cast<float>(std::uint32_t{element<std::uint16_t>(from, swapped)} << 16U);
      };
    default:
      return nullptr;
  }
}

/// Walks over a tensor's elements as its strides say, row by row.
class Walk {
 public:
  explicit Walk(const StoredTensor& tensor)
      : tensor_(tensor), index_(tensor.sizes.size(), 0), at_(tensor.storage.first + tensor.offset) {}

  [[nodiscard]] std::int64_t at() const { return at_; }
  void next() {
    for (std::size_t d = index_.size(); d-- > 0;) {
      at_ += tensor_.strides[d];
      if (++index_[d] < tensor_.sizes[d]) return;
      at_ -= tensor_.strides[d] * tensor_.sizes[d];
      index_[d] = 0;
    }
  }

 private:
  const StoredTensor& tensor_;
  Shape index_;
  std::int64_t at_;
};

}  // namespace

StateDict::StateDict(std::unique_ptr<StorageReader> storages, std::vector<NamedTensor> tensors)
    : storages_(std::move(storages)), tensors_(std::move(tensors)) {}
StateDict::StateDict(StateDict&& other) noexcept = default;
StateDict& StateDict::operator=(StateDict&& other) noexcept = default;
StateDict::~StateDict() = default;

Result<StateDict> StateDict::load(const std::filesystem::path& path) {
  PITLANE_TRY(std::unique_ptr<StorageReader> container, open_container(path));
  PITLANE_TRY(const PickleDict* dict, find_weights(container->pickle()));
  PITLANE_TRY(std::vector<NamedTensor> tensors, name_tensors(container->pickle(), *dict));
  std::error_code unknown;
  const std::uintmax_t file_bytes = std::filesystem::file_size(path, unknown);
  PITLANE_TRY_STATUS(check_extent(tensors, unknown ? 0 : file_bytes));
  PITLANE_TRY_STATUS(check_storages(*container, tensors, unknown ? 0 : file_bytes));
  return StateDict(std::move(container), std::move(tensors));
}

const NamedTensor* StateDict::find(std::string_view name) const {
  const auto found =
      std::find_if(tensors_.begin(), tensors_.end(), [&](const NamedTensor& tensor) { return tensor.name == name; });
  return found == tensors_.end() ? nullptr : &*found;
}

Result<std::vector<float>> StateDict::read(const NamedTensor& tensor) const {
  const StoredTensor& stored = tensor.stored;
  const std::string who = "weight '" + tensor.name + "'";
  const auto decode = decoder_of(stored.type);
  if (decode == nullptr)
    return unsupported(who + " is of type " + info_of(stored.type).dtype +
                       "; known are float32, float64, float16 and bfloat16");
  Result<std::span<const std::byte>> bytes = storages_->read(stored.storage.key);
  if (!bytes.ok()) return bytes.error().in(who);
  const std::size_t width = info_of(stored.type).bytes;
  if (static_cast<std::uint64_t>(stored.storage.first + stored.storage.size) > bytes->size() / width)
    return corrupt(who + ": storage '" + printable_name(stored.storage.key) + "' holds " +
                   std::to_string(bytes->size()) + " bytes, too few for " +
                   std::to_string(stored.storage.first + stored.storage.size) + " elements of " +
                   info_of(stored.type).dtype);
  std::vector<float> values(static_cast<std::size_t>(element_count(stored.sizes)));
  Walk walk(stored);
  for (std::size_t i = 0; i < values.size(); ++i, walk.next()) {
    values[i] = decode(bytes->data() + static_cast<std::size_t>(walk.at()) * width, storages_->big_endian());
    if (!std::isfinite(values[i]))
      return numeric_error(who + ": element " + std::to_string(i) + " is NaN, infinite or beyond float32");
  }
  // A tensor that is all of its storage seldom shares it; a large one should not stand in memory twice.
  if (bytes->size() == values.size() * width) storages_->release();
  return values;
}

}  // namespace pitlane
