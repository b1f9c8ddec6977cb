#include "pitlane/formats/zip_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "formats/zip_writer.h"
#include "temporary_directory.h"

namespace pitlane {
namespace {

class ZipArchives : public ::testing::Test {
 protected:
  Result<ZipArchive> open(const std::string& bytes) {
    std::ofstream(directory_ / "a.zip", std::ios::binary) << bytes;
    return ZipArchive::open(directory_ / "a.zip");
  }

  std::string refusal(const std::string& bytes) {
    const Result<ZipArchive> archive = open(bytes);
    return archive.ok() ? "opened" : archive.error().message();
  }

  std::string refusal_of(const ZipEntry& entry) {
    ZipWriter writer;
    writer.add(entry);
    return refusal(writer.bytes());
  }

 private:
  TemporaryDirectory directory_;
};

std::string text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string two_entries() {
  ZipWriter writer;
  writer.add("root/data.pkl", "first");
  std::string data(1000, 'x');
  data.append("\0end", 4);
  writer.add("root/data/0", data);
  return writer.bytes();
}

TEST_F(ZipArchives, GiveNamesSizesAndContents) {
  const Result<ZipArchive> archive = open(two_entries());
  ASSERT_TRUE(archive.ok()) << archive.error().message();
  EXPECT_THAT(archive->names(), ::testing::ElementsAre("root/data.pkl", "root/data/0"));
  EXPECT_TRUE(archive->has("root/data/0"));
  EXPECT_FALSE(archive->has("root/data"));
  EXPECT_EQ(archive->size("root/data/0").value(), 1004U);
  EXPECT_EQ(text(archive->read("root/data.pkl", 5).value()), "first");
  EXPECT_EQ(text(archive->read("root/data/0", 1U << 20U).value()), std::string(1000, 'x') + '\0' + "end");
}

TEST_F(ZipArchives, OfNothingAreEmpty) {
  const Result<ZipArchive> archive = open(ZipWriter().bytes());
  ASSERT_TRUE(archive.ok()) << archive.error().message();
  EXPECT_TRUE(archive->names().empty());
}

TEST_F(ZipArchives, SayWhatIsNotThereOrTooLarge) {
  const Result<ZipArchive> archive = open(two_entries());
  ASSERT_TRUE(archive.ok());
  EXPECT_EQ(archive->read("data.pkl", 100).error().message(), "zip archive: there is no entry 'data.pkl'");
  EXPECT_EQ(archive->size("x").error().message(), "zip archive: there is no entry 'x'");
  EXPECT_EQ(archive->read("root/data/0", 1003).error().message(),
            "zip archive: entry 'root/data/0' claims 1004 bytes, at most 1003 make sense here");
}

TEST_F(ZipArchives, RefuseNamesThatLeadOutside) {
  for (const char* name : {"../x", "a/../../x", "/etc/x", "..", "a\\x", "C:x", "a/..", "a\nb", ""})
    EXPECT_THAT(refusal_of({name, "content"}), ::testing::HasSubstr("leads out of the archive; do not use it")) << name;
  EXPECT_EQ(refusal_of({"a..b/..c", "content"}), "opened");
}

TEST_F(ZipArchives, RefuseNamesThatStandTwice) {
  ZipWriter writer;
  writer.add("a", "1");
  writer.add("a", "2");
  EXPECT_EQ(refusal(writer.bytes()), "zip archive: two of its entries have one name; do not use it");
}

TEST_F(ZipArchives, RefuseEncryptedEntries) {
  EXPECT_EQ(refusal_of({"a", std::string(20, 'x'), 0, 1, 8}),
            "zip archive: entry 'a' is encrypted; unpack the archive and pack it again without a password");
}

TEST_F(ZipArchives, RefuseUnknownPacking) {
  EXPECT_EQ(refusal_of({"a", "content", 77}),
            "zip archive: entry 'a' is packed by method 77; pack the archive again, stored or deflated");
}

TEST_F(ZipArchives, RefuseBombs) {
  EXPECT_EQ(refusal_of({"a", std::string(1000, 'x'), 8, 0, 1U << 30U}),
            "zip archive: entry 'a' would unpack from 1000 to 1073741824 bytes, as only a zip bomb does");
  ZipWriter many;
  for (int i = 0; i < 5; ++i) many.add({"a" + std::to_string(i), std::string(6'000'000, 'x'), 8, 0, 1'100'000'000});
  EXPECT_EQ(refusal(many.bytes()), "zip archive: its entries claim more than 4294967296 bytes");
}

TEST_F(ZipArchives, RefuseContentsLongerOrShorterThanTheIndexSays) {
  const std::string ten_thousand_zeros_deflated(
      "\xed\xc1\x01\x0d\x00\x00\x00\xc2\xa0\xf7\x4f\x6d\x0e\x37\xa0\x00\x00\x00\x00\x00\x00\x00\x00\x00\xe0\xdf\x00",
      27);
  for (const std::uint64_t claimed : {10U, 100'000U}) {
    ZipWriter writer;
    writer.add({"a", ten_thousand_zeros_deflated, 8, 0, claimed});
    const Result<ZipArchive> archive = open(writer.bytes());
    ASSERT_TRUE(archive.ok()) << archive.error().message();
    const Result<std::vector<std::byte>> bytes = archive->read("a", 1U << 20U);
    ASSERT_FALSE(bytes.ok()) << claimed;
    EXPECT_THAT(bytes.error().message(), ::testing::StartsWith("zip archive: entry 'a' ")) << claimed;
  }
}

TEST_F(ZipArchives, RefuseEntriesThatShareBytes) {
  // The second entry of the index is turned into a second name for the first one's bytes.
  ZipWriter writer;
  writer.add("a", std::string(2000, 'x'));
  writer.add("b", std::string(10, 'x'));
  std::string bytes = writer.bytes();
  const std::size_t second = bytes.rfind("PK\1\2");
  bytes.replace(second + 20, 4, little_endian(2000, 4));
  bytes.replace(second + 24, 4, little_endian(2000, 4));
  EXPECT_THAT(refusal(bytes), ::testing::StartsWith("zip archive: its "));
}

TEST_F(ZipArchives, CutShortAnywhereAreRefused) {
  const std::string whole = two_entries();
  for (std::size_t size = 0; size < whole.size(); size += 7)
    EXPECT_EQ(refusal(whole.substr(0, size)),
              "zip archive: its index is missing or damaged; the file was cut short or altered, copy it again")
        << size;
}

TEST_F(ZipArchives, DamagedContentsAreNoticed) {
  std::string bytes = two_entries();
  bytes[bytes.find("xxxx") + 17] = 'y';
  const Result<ZipArchive> archive = open(bytes);
  ASSERT_TRUE(archive.ok());
  EXPECT_EQ(text(archive->read("root/data.pkl", 100).value()), "first");
  EXPECT_EQ(archive->read("root/data/0", 2000).error().message(),
            "zip archive: entry 'root/data/0' is damaged: CRC error; copy the file again");
}

TEST_F(ZipArchives, WithAnyBitFlippedNeitherCrashNorGrow) {
  const std::string whole = two_entries();
  for (std::size_t bit = 0; bit < whole.size() * 8; bit += 13) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(static_cast<unsigned char>(bytes[bit / 8]) ^ (1U << (bit % 8)));
    const Result<ZipArchive> archive = open(bytes);
    if (!archive.ok()) continue;
    for (const std::string& name : archive->names()) {
      const auto content = archive->read(name, 5000);
      EXPECT_LE(content.ok() ? content->size() : 0, 5000U);
    }
  }
}

TEST_F(ZipArchives, AreNoFoldersAndNoOtherFiles) {
  EXPECT_FALSE(ZipArchive::open("/").ok());
  EXPECT_EQ(refusal("hello, this is no archive, though it is long enough to be one"),
            "zip archive: its index is missing or damaged; the file was cut short or altered, copy it again");
}

}  // namespace
}  // namespace pitlane
