// The two kinds of file that torch.save writes: what is pickled, and the bytes of the storages beside it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "pitlane/core/result.h"
#include "pitlane/formats/pytorch/pickle.h"

namespace pitlane {

class StorageReader {
 public:
  StorageReader() = default;
  virtual ~StorageReader() = default;
  StorageReader(const StorageReader&) = delete;
  StorageReader& operator=(const StorageReader&) = delete;

  /// How much memory read() takes for it; 0 where it takes none, or there is no such storage.
  [[nodiscard]] virtual std::uint64_t unpacked_bytes(std::string_view) const { return 0; }
  /// Several tensors read it: it is unpacked once.
  virtual void share(std::string_view) {}
  /// All bytes of the storage. They stay until the next call.
  virtual Result<std::span<const std::byte>> read(std::string_view key) = 0;
  /// What was read last is not needed again.
  virtual void release() {}
  /// Whether elements lie highest byte first.
  [[nodiscard]] virtual bool big_endian() const = 0;
  [[nodiscard]] virtual const Pickle& pickle() const = 0;
};

/// Since PyTorch 1.6: an archive of data.pkl and data/KEY. TorchScript is recognised and refused with advice.
Result<std::unique_ptr<StorageReader>> open_zip_container(const std::filesystem::path& path);
/// Before: five pickles (magic number, version, system, the object, keys), then each storage's size and bytes.
Result<std::unique_ptr<StorageReader>> open_legacy_container(const std::filesystem::path& path);

}  // namespace pitlane
