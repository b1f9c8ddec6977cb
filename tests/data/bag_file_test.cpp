#include "pitlane/data/bag_file.h"

#include <cstring>
#include <fstream>
#include <random>

#include "made_up_bag.h"
#include "made_up_recording.h"
#include "pitlane/data/bag_chunk.h"
#include "pitlane/data/recording.h"
#include "sim/test_data.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
namespace fs = std::filesystem;

/// Bytes that compress a little and differ from message to message.
MessageBytes payload(int number, std::size_t size) {
  MessageBytes out(size);
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<std::byte>((i / 3 * 7 + static_cast<std::size_t>(number)) & 0xFF);
  return out;
}

std::vector<MadeUpMessage> two_topics(int count, std::size_t size) {
  std::vector<MadeUpMessage> out;
  for (int i = 0; i < count; ++i)
    out.push_back({i % 3 == 0 ? "/a" : "/b", i % 3 == 0 ? "x/A" : "x/B", 100 + 0.5 * i, payload(i, size)});
  return out;
}

/// Not flushed to the disk: hundreds of them are written.
void write(const std::filesystem::path& path, std::span<const std::byte> content) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

std::string fault(const std::filesystem::path& path) {
  const auto bag = BagFile::open(path);
  return bag ? "fine" : bag.error().message();
}

/// Reads every message; the first error, or nothing.
std::string read_all(const std::filesystem::path& path) {
  const auto bag = BagFile::open(path);
  if (!bag) return bag.error().message();
  BagReader reader(*bag);
  for (const auto& [number, connection] : (*bag)->connections())
    for (const BagMessage& message : (*bag)->messages(connection.topic, connection.type))
      if (const auto bytes = reader.read(message); !bytes) return bytes.error().message();
  return {};
}

class ReadBag : public ::testing::TestWithParam<BagCompression> {};

TEST_P(ReadBag, GivesWhatLibrosbagWrote) {
  PITLANE_NEEDS_ROSBAG();
  const TemporaryDirectory folder;
  const auto written = two_topics(40, 1000);
  write_bag(folder / "x.bag", written, GetParam(), 4096);  // several messages a chunk, several chunks
  const auto bag = BagFile::open(folder / "x.bag");
  ASSERT_TRUE(bag) << bag.error().message();
  EXPECT_THAT((*bag)->connections(), SizeIs(2));
  BagReader reader(*bag);
  for (const std::string topic : {"/a", "/b"}) {
    std::vector<MadeUpMessage> expected;
    for (const auto& message : written)
      if (message.topic == topic) expected.push_back(message);
    const auto messages = (*bag)->messages(topic, topic == "/a" ? "x/A" : "x/B");
    ASSERT_EQ(messages.size(), expected.size());
    // Backwards too: chunks are uncompressed again.
    for (std::size_t k = 0; k < 2 * messages.size(); ++k) {
      const std::size_t i = k < messages.size() ? k : 2 * messages.size() - 1 - k;
      EXPECT_DOUBLE_EQ(messages[i].time_s, expected[i].time_s);
      const auto bytes = reader.read(messages[i]);
      ASSERT_TRUE(bytes) << bytes.error().message();
      ASSERT_EQ(bytes->size(), expected[i].bytes.size());
      EXPECT_EQ(std::memcmp(bytes->data(), expected[i].bytes.data(), bytes->size()), 0) << topic << i;
    }
  }
  EXPECT_THAT((*bag)->messages("/a", "x/B"), SizeIs(0)) << "another type on that topic";
}

TEST_P(ReadBag, CutAnywhereIsNamed) {
  PITLANE_NEEDS_ROSBAG();
  const TemporaryDirectory folder;
  write_bag(folder / "x.bag", two_topics(6, 50), GetParam(), 200);
  const auto content = read_file(folder / "x.bag");
  ASSERT_TRUE(content);
  for (std::size_t size = 0; size < content->size(); size += size < 13 ? 1 : size < 4100 ? 509 : 3) {
    write(folder / "cut.bag", {content->data(), size});
    EXPECT_THAT(fault(folder / "cut.bag"), HasSubstr("cut.bag: is no complete ROS 1 bag")) << size;
  }
}

TEST_P(ReadBag, FlippedBytesNeverCrash) {
  PITLANE_NEEDS_ROSBAG();
  const TemporaryDirectory folder;
  write_bag(folder / "x.bag", two_topics(6, 50), GetParam(), 200);
  const auto content = read_file(folder / "x.bag");
  ASSERT_TRUE(content);
  std::mt19937 random(1);
  int noticed = 0;
  for (int i = 0; i < 400; ++i) {
    auto broken = *content;
    // The header's 4 KiB are mostly blanks.
    const std::size_t place = i % 8 == 0 ? random() % 80 : 4100 + random() % (broken.size() - 4100);
    broken[place] = static_cast<std::byte>(random());
    write(folder / "flipped.bag", broken);
    noticed += read_all(folder / "flipped.bag").empty() ? 0 : 1;
  }
  EXPECT_GT(noticed, 100);
}

INSTANTIATE_TEST_SUITE_P(Compressions, ReadBag,
                         ::testing::Values(BagCompression::kNone, BagCompression::kBz2, BagCompression::kLz4));

TEST(BagFile, AbsentEmptyOldOpenOrEncrypted) {
  const TemporaryDirectory folder;
  EXPECT_THAT(fault(folder / "none.bag"), HasSubstr("none.bag: there is no such file"));
  const auto text = [&](const std::string& content) {
    EXPECT_TRUE(write_text(folder / "x.bag", content).ok());
    return fault(folder / "x.bag");
  };
  EXPECT_THAT(text(""), HasSubstr("it is empty"));
  EXPECT_THAT(text("#ROSBAG V1.2\n"), HasSubstr("is a bag of version '1.2"));
  EXPECT_THAT(text("hello"), HasSubstr("does not begin with '#ROSBAG V2.0'"));
  const auto field = [](const std::string& content) {
    const auto size = static_cast<std::uint32_t>(content.size());
    return std::string(reinterpret_cast<const char*>(&size), 4) + content;
  };
  const auto record = [&](const std::string& fields) { return "#ROSBAG V2.0\n" + field(fields) + field(""); };
  const std::string header = field("op=\x03") + field(std::string("index_pos=\0\0\0\0\0\0\0\0", 18));
  EXPECT_THAT(text(record(header)), HasSubstr("was not closed"));
  EXPECT_THAT(text(record(header + field("encryptor=x"))), HasSubstr("is encrypted"));
  EXPECT_THAT(text(record(field("op=\x05"))), HasSubstr("its first record is no header"));
  EXPECT_THAT(text(record(field("without"))), HasSubstr("the record at byte 13 is cut off or damaged"));
}

// Two chunks of 4 MiB that messages lead to in turn: each reading expands one again.
TEST(BagFile, MessagesToAndFroAreEndedAtSomePoint) {
  PITLANE_NEEDS_ROSBAG();
  const TemporaryDirectory folder;
  for (const BagCompression compression : {BagCompression::kLz4, BagCompression::kNone}) {
    const fs::path path = folder / (compression == BagCompression::kLz4 ? "lz4.bag" : "none.bag");
    write_bag(path, {{"/a", "x/A", 1, payload(1, 4 << 20)}, {"/a", "x/A", 2, payload(2, 4 << 20)}}, compression, 1000);
    const auto bag = BagFile::open(path);
    ASSERT_TRUE(bag) << bag.error().message();
    const auto messages = (*bag)->messages("/a", "x/A");
    ASSERT_THAT(messages, SizeIs(2));
    ASSERT_NE(messages[0].chunk, messages[1].chunk);
    BagReader reader(*bag);
    std::string error;
    std::size_t readings = 0;
    for (; readings < 300 && error.empty(); ++readings)
      if (const auto bytes = reader.read(messages[readings % 2]); !bytes) error = bytes.error().message();
    if (compression == BagCompression::kNone) {
      EXPECT_EQ(error, "") << "nothing is expanded";
      continue;
    }
    EXPECT_THAT(error, AllOf(HasSubstr("chunk at byte "), HasSubstr("expanded again and again"),
                             HasSubstr("run 'rosbag decompress'")));
    EXPECT_GT(readings, 16U) << "there is room for odd orders";
  }
}

TEST(BagFile, BombsAreRefusedAndBlackPicturesAreNone) {
  PITLANE_NEEDS_ROSBAG();
  const TemporaryDirectory folder;
  for (const BagCompression compression : {BagCompression::kBz2, BagCompression::kLz4}) {
    std::vector<MadeUpMessage> black;
    for (int i = 0; i < 20; ++i) black.push_back({"/a", "x/A", 1.0 + i, MessageBytes(1 << 20)});
    write_bag(folder / "black.bag", black, compression);
    EXPECT_EQ(read_all(folder / "black.bag"), "");
  }
  std::vector<MadeUpMessage> bomb;
  for (int i = 0; i < 10; ++i) bomb.push_back({"/a", "x/A", 1.0 + i, MessageBytes(12 << 20)});
  write_bag(folder / "bomb.bag", bomb, BagCompression::kBz2);
  EXPECT_THAT(fault(folder / "bomb.bag"), AllOf(HasSubstr("bomb.bag: its chunks would expand to 125"),
                                                HasSubstr("only a bomb"), HasSubstr("'rosbag decompress'")));
}

// Copied over while it is read: an error of the message, where a mapped file would end the program by SIGBUS.
TEST(BagFile, MayShrinkWhileItIsRead) {
  PITLANE_NEEDS_ROSBAG();
  const TemporaryDirectory folder;
  for (const BagCompression compression : {BagCompression::kNone, BagCompression::kLz4}) {
    write_bag(folder / "a.bag", two_topics(30, 10'000), compression, 50'000);
    const auto bag = BagFile::open(folder / "a.bag");
    ASSERT_TRUE(bag) << bag.error().message();
    const auto messages = (*bag)->messages("/a", "x/A");
    fs::resize_file(folder / "a.bag", 5000);
    BagReader reader(*bag);
    EXPECT_THAT(reader.read(messages.back()).error().message(), HasSubstr("copy "));
    // A part of the first chunk is left; what is read of it is right, or an error.
    if (const auto bytes = reader.read(messages.front())) {
      EXPECT_EQ(MessageBytes(bytes->begin(), bytes->end()), payload(0, 10'000));
    }
  }
}

TEST(BagFile, AnyNameWillDo) {
  const TemporaryDirectory folder;
  EXPECT_TRUE(write_text(folder / "drive.rosbag", "#ROSBAG V2.0\n").ok());
  EXPECT_TRUE(write_text(folder / "short.bag", "#ROSBAG ").ok());
  EXPECT_TRUE(begins_like_bag(folder / "drive.rosbag"));
  EXPECT_FALSE(begins_like_bag(folder / "short.bag"));
  EXPECT_FALSE(begins_like_bag(folder.path()));
  EXPECT_FALSE(begins_like_bag(folder / "none"));
  EXPECT_THAT(open_recording(folder.path()).error().message(), HasSubstr("drive.rosbag holds a recording"));
}

class RealLap : public ::testing::TestWithParam<const char*> {};

TEST_P(RealLap, IsReadWhole) {
  const auto path = test_data(GetParam());
  PITLANE_NEEDS_TEST_DATA(path);
  const auto bag = BagFile::open(path);
  ASSERT_TRUE(bag) << bag.error().message();
  EXPECT_GT((*bag)->messages("/F1ROS/odom", "nav_msgs/Odometry").size(), 1000U);
  EXPECT_EQ(read_all(path), "");
}

INSTANTIATE_TEST_SUITE_P(Bags, RealLap,
                         ::testing::Values("jderobot/lap-simple-circuit.bag", "jderobot/lap-montreal.bag"));

TEST(Uncompressed, ClaimsAreChecked) {
  const MessageBytes some = payload(1, 100);
  std::vector<std::byte> buffer;
  const auto fault_of = [&](const std::string& compression, std::uint32_t size) {
    const auto bytes = uncompressed(some, compression, size, buffer);
    return bytes ? "fine" : bytes.error().message();
  };
  EXPECT_EQ(fault_of("none", 100), "fine");
  EXPECT_THAT(fault_of("none", 101), HasSubstr("damaged"));
  EXPECT_THAT(fault_of("bz2", 100), HasSubstr("damaged"));
  EXPECT_THAT(fault_of("lz4", 100), HasSubstr("damaged"));
  EXPECT_THAT(fault_of("zip", 100), HasSubstr("compression 'zip' is not known"));
  for (const char* compression : {"bz2", "lz4"}) {
    EXPECT_THAT(fault_of(compression, 0xFFFFFFFF), HasSubstr("claims 4294967295 bytes, more than the 128 MiB"));
    EXPECT_THAT(fault_of(compression, 64U << 20), HasSubstr("would expand from 100 to 67108864 bytes, as only a bomb"));
    EXPECT_LE(buffer.capacity(), 1000U) << "nothing is allocated for a claim";
  }
  EXPECT_THAT(uncompressed({}, "lz4", 0, buffer).error().message(), HasSubstr("damaged"));
}

}  // namespace
}  // namespace pitlane
