#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "pitlane/core/printable.h"
#include "pitlane/formats/pytorch/container.h"
#include "pitlane/formats/zip_archive.h"
#include "pitlane/network/limits.h"

namespace pitlane {
namespace {

constexpr std::uint64_t kLargestPickle = 1U << 24;  // a network of a thousand layers takes a hundredth of it
constexpr std::uint64_t kLargestStorage = static_cast<std::uint64_t>(kLargestTensor) * 8;

class ZipContainer : public StorageReader {
 public:
  ZipContainer(ZipArchive archive, std::string folder, bool big_endian)
      : archive_(std::move(archive)), folder_(std::move(folder)), big_endian_(big_endian) {}

  Status read_pickled() {
    PITLANE_TRY(bytes_, archive_.read(folder_ + "data.pkl", kLargestPickle));
    Result<Pickle> pickle = read_pickle(bytes_);
    if (!pickle.ok()) return pickle.error().in(folder_ + "data.pkl");
    pickle_ = *std::move(pickle);
    return {};
  }

  Result<std::span<const std::byte>> read(std::string_view key) override {
    release();
    const auto shared = shared_.find(key);
    std::vector<std::byte>& storage = shared == shared_.end() ? storage_ : shared->second;
    if (storage.empty()) {
      PITLANE_TRY(storage, archive_.read(entry(key), kLargestStorage));
    }
    return std::span<const std::byte>(storage);
  }

  [[nodiscard]] std::uint64_t unpacked_bytes(std::string_view key) const override {
    const auto size = archive_.size(entry(key));
    return size.ok() ? *size : 0;
  }

  void share(std::string_view key) override { shared_[std::string(key)]; }
  void release() override { storage_ = {}; }

  [[nodiscard]] bool big_endian() const override { return big_endian_; }
  [[nodiscard]] const Pickle& pickle() const override { return pickle_; }

 private:
  [[nodiscard]] std::string entry(std::string_view key) const { return folder_ + "data/" + std::string(key); }

  ZipArchive archive_;
  std::string folder_;
  bool big_endian_;
  std::vector<std::byte> bytes_;  // pickle_ refers to them
  Pickle pickle_;
  std::vector<std::byte> storage_;                                     // of one tensor
  std::map<std::string, std::vector<std::byte>, std::less<>> shared_;  // of several, once they were read
};

/// "archive/", whatever the folder's name is.
Result<std::string> folder_of_pickle(const ZipArchive& archive) {
  constexpr std::string_view kPickle = "data.pkl";
  std::optional<std::string> folder;
  for (const std::string& name : archive.names()) {
    if (!name.ends_with(kPickle)) continue;
    const std::string before = name.substr(0, name.size() - kPickle.size());
    if (!before.empty() && before.find('/') != before.size() - 1) continue;
    if (folder) return corrupt("the archive holds more than one data.pkl");
    folder = before;
  }
  if (!folder) return corrupt("the archive holds no data.pkl, so it is none that torch.save wrote");
  return *folder;
}

bool is_torch_script(const ZipArchive& archive, const std::string& folder) {
  return archive.has(folder + "constants.pkl") ||
         std::any_of(archive.names().begin(), archive.names().end(),
                     [&](const std::string& name) { return name.starts_with(folder + "code/"); });
}

Result<bool> is_big_endian(const ZipArchive& archive, const std::string& folder) {
  if (!archive.has(folder + "byteorder")) return false;
  PITLANE_TRY(const std::vector<std::byte> bytes, archive.read(folder + "byteorder", 64));
  const std::string_view order(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (order != "little" && order != "big")
    return corrupt("byteorder is '" + printable_name(order) + "'; it must be little or big");
  return order == "big";
}

}  // namespace

Result<std::unique_ptr<StorageReader>> open_zip_container(const std::filesystem::path& path) {
  PITLANE_TRY(ZipArchive archive, ZipArchive::open(path));
  PITLANE_TRY(const std::string folder, folder_of_pickle(archive));
  if (is_torch_script(archive, folder))
    return unsupported(
        "it is TorchScript, whose network is program code; save its weights alone: "
        "torch.save(torch.jit.load(\"" +
        path.filename().string() + "\").state_dict(), \"weights.pth\")");
  PITLANE_TRY(const bool big_endian, is_big_endian(archive, folder));
  auto container = std::make_unique<ZipContainer>(std::move(archive), folder, big_endian);
  PITLANE_TRY_STATUS(container->read_pickled());
  return std::unique_ptr<StorageReader>(std::move(container));
}

}  // namespace pitlane
