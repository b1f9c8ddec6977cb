#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <string>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/core/printable.h"
#include "pitlane/formats/pytorch/container.h"

namespace pitlane {
namespace {

constexpr std::array<unsigned char, 10> kMagic = {0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19};
constexpr std::int64_t kVersion = 1001;

Error no_torch_file(const std::string& why) {
  return unsupported("it is a pickle, but none that torch.save wrote: " + why +
                     "; save the weights with torch.save(model.state_dict(), PATH)");
}

class LegacyContainer : public StorageReader {
 public:
  explicit LegacyContainer(std::shared_ptr<const LoadedFile> file) : file_(std::move(file)) {}

  Status read_all() {
    PITLANE_TRY(const Pickle magic, next("magic number"));
    const auto* number = magic.root_as<PickleLong>();
    if (number == nullptr || number->bytes.size() != kMagic.size() ||
        std::memcmp(number->bytes.data(), kMagic.data(), kMagic.size()) != 0)
      return no_torch_file("it does not begin with PyTorch's number");
    PITLANE_TRY(const Pickle version, next("version"));
    const auto* protocol = version.root_as<std::int64_t>();
    if (protocol == nullptr || *protocol != kVersion) return no_torch_file("its version is not 1001");
    PITLANE_TRY(const Pickle system, next("system"));
    if (system.root_as<PickleDict>() == nullptr) return no_torch_file("it does not describe the system it is from");
    PITLANE_TRY(pickle_, next("object"));
    PITLANE_TRY(const Pickle keys, next("keys of storages"));
    return find_storages(keys);
  }

  Result<std::span<const std::byte>> read(std::string_view key) override {
    const auto found = storages_.find(key);
    if (found == storages_.end()) return corrupt("there is no storage '" + printable_name(key) + "'");
    return found->second;
  }

  /// The writer turned the bytes of a big-endian machine round.
  [[nodiscard]] bool big_endian() const override { return false; }
  [[nodiscard]] const Pickle& pickle() const override { return pickle_; }

 private:
  Result<Pickle> next(const char* what) {
    Result<Pickle> pickle = read_pickle(file_->bytes(), at_);
    if (!pickle.ok()) return pickle.error().in(std::string(what) + " at byte " + std::to_string(at_));
    at_ = pickle->end;
    return pickle;
  }

  Status find_storages(const Pickle& keys) {
    const auto* list = keys.root_as<PickleSequence>();
    if (list == nullptr) return corrupt("the keys of the storages are no list");
    std::map<std::string_view, const PickleStorage*> known;
    for (const PickleObject& object : pickle_.objects)
      if (const auto* storage = std::get_if<PickleStorage>(&object)) known[storage->key] = storage;
    for (const PickleId id : list->items) {
      const auto* key = keys.get<PickleText>(id);
      if (key == nullptr) return corrupt("a storage's key is no text");
      const auto storage = known.find(key->text);
      if (storage == known.end()) return corrupt("storage '" + printable_name(key->text) + "' belongs to no tensor");
      PITLANE_TRY_STATUS(find_storage(*storage->second));
    }
    return {};
  }

  Status find_storage(const PickleStorage& storage) {
    const std::span<const std::byte> rest = file_->bytes().subspan(at_);
    const std::string who = "storage '" + printable_name(storage.key) + "' at byte " + std::to_string(at_);
    std::uint64_t elements = 0;
    if (rest.size() < sizeof elements) return corrupt(who + " is missing; the file was cut short, copy it again");
    for (std::size_t i = 0; i < sizeof elements; ++i) elements |= std::to_integer<std::uint64_t>(rest[i]) << (8 * i);
    if (elements != static_cast<std::uint64_t>(storage.total))
      return corrupt(who + " has " + std::to_string(elements) + " elements, its tensors know of " +
                     std::to_string(storage.total));
    const std::size_t width = info_of(storage.type).bytes;
    if (elements > (rest.size() - sizeof elements) / width)
      return corrupt(who + " needs " + std::to_string(elements) + " elements of " + std::to_string(width) +
                     " bytes, the file ends before; it was cut short, copy it again");
    storages_[storage.key] = rest.subspan(sizeof elements, elements * width);
    at_ += sizeof elements + elements * width;
    return {};
  }

  std::shared_ptr<const LoadedFile> file_;
  std::size_t at_ = 0;
  Pickle pickle_;
  std::map<std::string_view, std::span<const std::byte>> storages_;
};

}  // namespace

Result<std::unique_ptr<StorageReader>> open_legacy_container(const std::filesystem::path& path) {
  PITLANE_TRY(std::shared_ptr<const LoadedFile> file, LoadedFile::open(path));
  auto container = std::make_unique<LegacyContainer>(std::move(file));
  PITLANE_TRY_STATUS(container->read_all());
  return std::unique_ptr<StorageReader>(std::move(container));
}

}  // namespace pitlane
