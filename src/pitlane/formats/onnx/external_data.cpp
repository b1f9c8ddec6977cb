// Tensors that a model keeps in another file. The model says where; only its own folder is believed.
#include <algorithm>
#include <charconv>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/formats/onnx/constant.h"

namespace pitlane::onnx {
namespace fs = std::filesystem;
namespace {

Result<std::uint64_t> number(const TensorDef& tensor, const char* key, std::uint64_t fallback) {
  const auto entry = tensor.external.find(key);
  if (entry == tensor.external.end()) return fallback;
  const std::string& text = entry->second;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return corrupt("external data has the " + std::string(key) + " '" + text + "', which is no number");
  return value;
}

Result<fs::path> location(const TensorDef& tensor, const fs::path& folder) {
  const auto entry = tensor.external.find("location");
  if (entry == tensor.external.end() || entry->second.empty()) return corrupt("external data without a location");
  const fs::path name = entry->second;
  const bool climbs = std::ranges::any_of(name, [](const fs::path& part) { return part == ".."; });
  const auto refused = [&] {
    return unsupported("external data in '" + name.string() +
                       "' is not read: it must lie in the model's own folder; copy it there");
  };
  if (name.is_absolute() || climbs || entry->second.find('\0') != std::string::npos) return refused();
  std::error_code error;
  const fs::path home = fs::weakly_canonical(folder.empty() ? fs::path(".") : folder, error);
  if (error) return io_error(folder.string() + ": " + error.message());
  const fs::path file = fs::weakly_canonical(home / name, error);
  if (error) return io_error(name.string() + ": " + error.message());
  // A symbolic link may lead elsewhere.
  if (std::mismatch(home.begin(), home.end(), file.begin(), file.end()).first != home.end()) return refused();
  return file;
}

}  // namespace

Result<ExternalFile> external_file(const TensorDef& tensor, const fs::path& folder) {
  PITLANE_TRY(fs::path path, location(tensor, folder));
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(path, error);
  if (error) return io_error(path.string() + ": " + error.message());
  return ExternalFile{std::move(path), bytes};
}

Result<std::vector<std::byte>> read_external(const TensorDef& tensor, const fs::path& folder,
                                             std::uint64_t expected_bytes) {
  PITLANE_TRY(const fs::path path, location(tensor, folder));
  PITLANE_TRY(const std::uint64_t offset, number(tensor, "offset", 0));
  PITLANE_TRY(const std::uint64_t length, number(tensor, "length", expected_bytes));
  if (length != expected_bytes)
    return corrupt("external data of " + std::to_string(length) + " bytes, its shape " + to_string(tensor.dims) +
                   " needs " + std::to_string(expected_bytes));
  PITLANE_TRY(const std::shared_ptr<const FileParts> file, FileParts::open(path));
  if (offset > file->size() || length > file->size() - offset)
    return corrupt("external data at byte " + std::to_string(offset) + " of '" + path.filename().string() +
                   "', which has only " + std::to_string(file->size()) + " bytes");
  std::vector<std::byte> part(static_cast<std::size_t>(length));
  PITLANE_TRY_STATUS(file->read(offset, part));
  return part;
}

}  // namespace pitlane::onnx
