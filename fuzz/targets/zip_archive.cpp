// Zip archives, of which .pth and .keras are some: every entry is read.
#include "pitlane/formats/zip_archive.h"

#include "formats/zip_writer.h"
#include "fuzz/target.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  constexpr std::uint64_t kMostBytes = 1U << 20;
  static const Scratch scratch;
  const auto archive = ZipArchive::open(scratch.put("archive.zip", input));
  if (!archive) return check_error(archive.error());
  for (const std::string& name : archive->names()) {
    PITLANE_CHECK(archive->has(name) && name.find("..") != 0 && !name.starts_with('/'));
    const auto content = archive->read(name, kMostBytes);
    if (!content) check_error(content.error());
    if (content) PITLANE_CHECK(content->size() == archive->size(name).value());
  }
}

void add_seeds(Seeds& seeds) {
  ZipWriter stored;
  stored.add("folder/", "");
  stored.add("folder/a.txt", "some text");
  stored.add("b", std::string(300, 'b'));
  seeds.add("stored.zip", stored.bytes());
  ZipWriter deflated;
  deflated.add({.name = "c", .content = "\x4B\x4C\x84\x01\x00", .method = 8, .claimed_size = 10});
  seeds.add("deflated.zip", deflated.bytes());
}

}  // namespace pitlane::fuzz
