#include "pitlane/formats/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/core/printable.h"

namespace pitlane {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestName = 1024;
constexpr const char* kTwice = "zip archive: two of its entries have one name; do not use it";

struct FileCloser {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using OpenEntry = std::unique_ptr<zip_file_t, FileCloser>;

std::string text_of(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

std::string quoted(std::string_view name) { return "entry '" + printable_name(name) + "'"; }

/// Entries are only looked up by name, but whoever unpacks such an archive by hand would write outside the folder: it
/// was made to harm.
bool leads_outside(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != name.npos || name.find(':') != name.npos) return true;
  if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
    return true;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    if (name.substr(begin, end - begin) == "..") return true;
    begin = end + 1;
  }
  return false;
}

Status check_name(const zip_stat_t& entry, std::set<std::string, std::less<>>& seen) {
  const std::string_view name = entry.name;
  if (name.size() > kLongestName)
    return corrupt("zip archive: an entry's name has " + std::to_string(name.size()) + " characters, the most is " +
                   std::to_string(kLongestName));
  if (leads_outside(name)) return corrupt("zip archive: " + quoted(name) + " leads out of the archive; do not use it");
  if (!seen.emplace(name).second) return corrupt(kTwice);
  return {};
}

Status check_entry(const zip_stat_t& entry) {
  constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  const std::string who = "zip archive: " + quoted(entry.name != nullptr ? entry.name : "");
  if ((entry.valid & kNeeded) != kNeeded) return corrupt(who + " has no size");
  if ((entry.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && entry.encryption_method != ZIP_EM_NONE)
    return unsupported(who + " is encrypted; unpack the archive and pack it again without a password");
  if (zip_compression_method_supported(entry.comp_method, 0) == 0)
    return unsupported(who + " is packed by method " + std::to_string(entry.comp_method) +
                       "; pack the archive again, stored or deflated");
  if (entry.size > ZipArchive::kSmall && entry.size / ZipArchive::kLargestRatio > entry.comp_size)
    return corrupt(who + " would unpack from " + std::to_string(entry.comp_size) + " to " + std::to_string(entry.size) +
                   " bytes, as only a zip bomb does");
  return {};
}

struct Listing {
  std::vector<std::string> names;
  std::vector<std::uint64_t> sizes;
};

Result<Listing> list_entries(zip_t* archive, std::uint64_t file_bytes) {
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  if (count < 0 || static_cast<std::uint64_t>(count) > ZipArchive::kMostEntries)
    return corrupt("zip archive: it has " + std::to_string(count) + " entries, the most is " +
                   std::to_string(ZipArchive::kMostEntries));
  Listing listing;
  std::set<std::string, std::less<>> seen;
  std::uint64_t packed = 0, unpacked = 0;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    zip_stat_t entry;
    if (zip_stat_index(archive, i, 0, &entry) != 0 || (entry.valid & ZIP_STAT_NAME) == 0)
      return corrupt("zip archive: entry " + std::to_string(i) + ": " + zip_strerror(archive));
    PITLANE_TRY_STATUS(check_name(entry, seen));
    PITLANE_TRY_STATUS(check_entry(entry));
    if (entry.size > ZipArchive::kMostBytes - unpacked)
      return corrupt("zip archive: its entries claim more than " + std::to_string(ZipArchive::kMostBytes) + " bytes");
    unpacked += entry.size;
    // Entries that lie over each other are how a small file unpacks to a huge one at a modest ratio.
    if (entry.comp_size > file_bytes - packed)
      return corrupt("zip archive: its entries claim more bytes than the file's " + std::to_string(file_bytes));
    packed += entry.comp_size;
    listing.names.emplace_back(entry.name);
    listing.sizes.push_back(entry.size);
  }
  return listing;
}

}  // namespace

struct ZipArchive::Handle {
  explicit Handle(zip_t* opened) : archive(opened) {}
  ~Handle() { zip_discard(archive); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  zip_t* archive;
};

ZipArchive::ZipArchive(std::unique_ptr<Handle> handle, std::vector<std::string> names, std::vector<std::uint64_t> sizes)
    : handle_(std::move(handle)), names_(std::move(names)), sizes_(std::move(sizes)) {}
ZipArchive::ZipArchive(ZipArchive&& other) noexcept = default;
ZipArchive& ZipArchive::operator=(ZipArchive&& other) noexcept = default;
ZipArchive::~ZipArchive() = default;

Result<ZipArchive> ZipArchive::open(const fs::path& path) {
  PITLANE_TRY_STATUS(check_regular_file(path));
  std::error_code failure;
  const std::uint64_t file_bytes = fs::file_size(path, failure);
  if (failure) return io_error("zip archive: " + failure.message());
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code);
  if (archive == nullptr) {
    if (code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS)
      return corrupt("zip archive: its index is missing or damaged; the file was cut short or altered, copy it again");
    return corrupt(code == ZIP_ER_EXISTS ? kTwice : "zip archive: " + text_of(code));
  }
  auto handle = std::make_unique<Handle>(archive);
  PITLANE_TRY(Listing listing, list_entries(archive, file_bytes));
  return ZipArchive(std::move(handle), std::move(listing.names), std::move(listing.sizes));
}

Result<std::uint64_t> ZipArchive::find(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return not_found("zip archive: there is no " + quoted(name));
  return static_cast<std::uint64_t>(found - names_.begin());
}

bool ZipArchive::has(std::string_view name) const { return find(name).ok(); }

Result<std::uint64_t> ZipArchive::size(std::string_view name) const {
  PITLANE_TRY(const std::uint64_t index, find(name));
  return sizes_[index];
}

Result<std::vector<std::byte>> ZipArchive::read(std::string_view name, std::uint64_t limit_bytes) const {
  PITLANE_TRY(const std::uint64_t index, find(name));
  const std::string who = "zip archive: " + quoted(name);
  const std::uint64_t size = sizes_[index];
  if (size > limit_bytes)
    return corrupt(who + " claims " + std::to_string(size) + " bytes, at most " + std::to_string(limit_bytes) +
                   " make sense here");
  const OpenEntry entry(zip_fopen_index(handle_->archive, index, 0));
  if (entry == nullptr) return corrupt(who + ": " + zip_strerror(handle_->archive));
  std::vector<std::byte> bytes(size);
  std::uint64_t done = 0;
  while (done < size) {
    const zip_int64_t got = zip_fread(entry.get(), bytes.data() + done, size - done);
    if (got < 0) return corrupt(who + " is damaged: " + zip_file_strerror(entry.get()) + "; copy the file again");
    if (got == 0)
      return corrupt(who + " ends after " + std::to_string(done) + " of " + std::to_string(size) + " bytes");
    done += static_cast<std::uint64_t>(got);
  }
  // The end has to be asked for: only there the checksum is compared.
  std::byte beyond{};
  const zip_int64_t more = zip_fread(entry.get(), &beyond, 1);
  if (more < 0) return corrupt(who + " is damaged: " + zip_file_strerror(entry.get()) + "; copy the file again");
  if (more > 0) return corrupt(who + " is longer than the " + std::to_string(size) + " bytes that the archive says");
  return bytes;
}

}  // namespace pitlane
