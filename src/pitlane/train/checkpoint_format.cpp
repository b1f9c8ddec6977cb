#include "pitlane/train/checkpoint_format.h"

#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "pitlane/core/hash.h"

namespace pitlane {
namespace {

static_assert(std::endian::native == std::endian::little, "checkpoints are little-endian");

constexpr std::string_view kMagic = "PITLANE-TRAIN-2\n";
constexpr std::size_t kChecksumSize = 32;

std::string checksum(std::span<const std::byte> bytes) { return Hasher().bytes(bytes).hex(); }

class Writer {
 public:
  template <typename T>
  void number(T value) {
    static_assert(std::is_arithmetic_v<T>);
    raw(&value, sizeof value);
  }
  void raw(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::byte*>(data);
    out.insert(out.end(), bytes, bytes + size);
  }
  void text(std::string_view value) {
    number<std::uint64_t>(value.size());
    raw(value.data(), value.size());
  }
  void floats(const std::vector<float>& values) {
    number<std::uint64_t>(values.size());
    raw(values.data(), values.size() * sizeof(float));
  }
  void tensors(const std::vector<std::vector<float>>& values) {
    number<std::uint64_t>(values.size());
    for (const auto& v : values) floats(v);
  }

  std::vector<std::byte> out;
};

// Every read is checked against what is left; after a failure all reads give zeros and `failed` stays.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename T>
  T number() {
    T value{};
    raw(&value, sizeof value);
    return value;
  }
  void raw(void* out, std::size_t size) {
    if (size > bytes_.size()) return fail();
    if (size > 0) std::memcpy(out, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
  }
  // A count of elements that take at least `element_size` bytes each.
  std::size_t count(std::size_t element_size) {
    const auto n = number<std::uint64_t>();
    if (n > bytes_.size() / element_size) fail();
    return failed ? 0 : static_cast<std::size_t>(n);
  }
  std::string text() {
    std::string value(count(1), '\0');
    raw(value.data(), value.size());
    return value;
  }
  std::vector<float> floats() {
    std::vector<float> values(count(sizeof(float)));
    raw(values.data(), values.size() * sizeof(float));
    return values;
  }
  std::vector<std::vector<float>> tensors() {
    std::vector<std::vector<float>> values(count(sizeof(std::uint64_t)));
    for (auto& v : values) v = floats();
    return values;
  }
  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

  bool failed = false;

 private:
  void fail() {
    failed = true;
    bytes_ = {};
  }
  std::span<const std::byte> bytes_;
};

void write_history(Writer& writer, const std::vector<EpochRecord>& history) {
  writer.number<std::uint64_t>(history.size());
  for (const EpochRecord& record : history) {
    writer.number<std::int32_t>(record.epoch);
    for (const double v : {record.train_loss, record.validation_loss, record.seconds}) writer.number(v);
  }
}

std::vector<EpochRecord> read_history(Reader& reader) {
  std::vector<EpochRecord> history(reader.count(sizeof(std::int32_t) + 3 * sizeof(double)));
  for (EpochRecord& record : history) {
    record.epoch = reader.number<std::int32_t>();
    for (double* v : {&record.train_loss, &record.validation_loss, &record.seconds}) *v = reader.number<double>();
  }
  return history;
}

TrainState read_state(Reader& reader) {
  TrainState state;
  state.key.resize(reader.count(2 * sizeof(std::uint64_t)));
  for (auto& [name, value] : state.key) {
    name = reader.text();
    value = reader.text();
  }
  state.epochs_done = reader.number<std::int32_t>();
  state.step = reader.number<std::int64_t>();
  state.best_epoch = reader.number<std::int32_t>();
  state.weights = reader.tensors();
  state.averages = reader.tensors();
  state.best_weights = reader.tensors();
  state.moments.resize(reader.count(2 * sizeof(std::uint64_t)));
  for (AdamMoments& moments : state.moments) {
    moments.first = reader.floats();
    moments.second = reader.floats();
  }
  state.history = read_history(reader);
  return state;
}

}  // namespace

std::vector<std::byte> encode_checkpoint(const TrainState& state) {
  Writer writer;
  writer.raw(kMagic.data(), kMagic.size());
  writer.number<std::uint64_t>(state.key.size());
  for (const auto& [name, value] : state.key) {
    writer.text(name);
    writer.text(value);
  }
  writer.number<std::int32_t>(state.epochs_done);
  writer.number<std::int64_t>(state.step);
  writer.number<std::int32_t>(state.best_epoch);
  writer.tensors(state.weights);
  writer.tensors(state.averages);
  writer.tensors(state.best_weights);
  writer.number<std::uint64_t>(state.moments.size());
  for (const AdamMoments& moments : state.moments) {
    writer.floats(moments.first);
    writer.floats(moments.second);
  }
  write_history(writer, state.history);
  const std::string sum = checksum(writer.out);
  writer.raw(sum.data(), sum.size());
  return std::move(writer.out);
}

Result<TrainState> decode_checkpoint(std::span<const std::byte> bytes) {
  if (bytes.size() < kMagic.size() + kChecksumSize || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    return corrupt("not a training checkpoint of this version");
  const auto content = bytes.first(bytes.size() - kChecksumSize);
  if (std::memcmp(checksum(content).data(), bytes.data() + content.size(), kChecksumSize) != 0)
    return corrupt("damaged or truncated (its checksum is wrong)");
  Reader reader(content.subspan(kMagic.size()));
  TrainState state = read_state(reader);
  if (reader.failed || !reader.at_end()) return corrupt("damaged (its sizes do not add up)");
  return state;
}

}  // namespace pitlane
