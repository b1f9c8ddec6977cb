#include "pitlane/data/bag_file.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "pitlane/data/bad_rows.h"
#include "pitlane/data/bag_chunk.h"
#include "pitlane/data/byte_cursor.h"

namespace pitlane {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::string_view kMagic = "#ROSBAG V";
constexpr std::string_view kVersion = "#ROSBAG V2.0\n";
constexpr double kNanosecond = 1e-9;

enum Op : std::uint8_t { kMessage = 2, kHeader = 3, kIndex = 4, kChunk = 5, kChunkInfo = 6, kConnection = 7 };

/// A record: named fields, then data. Refers to the bytes that it was read from.
struct Record {
  std::map<std::string, Bytes, std::less<>> fields;
  Bytes data;                                    // not of chunks
  std::uint64_t data_offset = 0, data_size = 0;  // in the file

  template <typename T>
  [[nodiscard]] std::optional<T> number(std::string_view name) const {
    const auto found = fields.find(name);
    if (found == fields.end() || found->second.size() != sizeof(T)) return std::nullopt;
    return ByteCursor(found->second).take<T>();
  }
  [[nodiscard]] std::string text(std::string_view name) const {
    const auto found = fields.find(name);
    if (found == fields.end()) return {};
    return {reinterpret_cast<const char*>(found->second.data()), found->second.size()};
  }
  [[nodiscard]] int op() const { return number<std::uint8_t>("op").value_or(0); }
};

/// "name=value" after "name=value", each behind its length. False if that is not what the bytes are.
bool take_fields(Bytes header, Record& record) {
  ByteCursor cursor(header);
  while (cursor.left() > 0) {
    const Bytes field = cursor.take_block();
    const auto* text = reinterpret_cast<const char*>(field.data());
    const std::size_t equals = std::string_view(text, field.size()).find('=');
    if (!cursor.ok() || equals == std::string_view::npos) return false;
    record.fields[std::string(text, equals)] = field.subspan(equals + 1);
  }
  return true;
}

std::optional<Record> take_record(ByteCursor& cursor) {
  Record record;
  const bool fields = take_fields(cursor.take_block(), record);
  record.data = cursor.take_block();
  if (!fields || !cursor.ok()) return std::nullopt;
  return record;
}

std::string text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Error incomplete(const std::string& why) {
  return corrupt("is no complete ROS 1 bag (" + why + "); copy it again, or run 'rosbag reindex'");
}

}  // namespace

/// The records of a part of a file, one after the other. What a chunk holds is passed over.
class RecordStream {
 public:
  RecordStream(const FileParts& file, std::uint64_t begin, std::uint64_t end) : file_(file), at_(begin), end_(end) {}

  [[nodiscard]] std::uint64_t at() const { return at_; }
  [[nodiscard]] bool ended() const { return at_ >= end_; }

  /// Until the next call. Nothing where the part ends within the record, or it is none.
  std::optional<Record> next() {
    Record record;
    const auto header = block_size();
    if (!header || !take(*header, header_) || !take_fields(header_, record)) return std::nullopt;
    const auto data = block_size();
    if (!data) return std::nullopt;
    record.data_offset = at_;
    record.data_size = *data;
    if (record.op() == kChunk) {
      at_ += *data;
      return record;
    }
    if (!take(*data, data_)) return std::nullopt;
    record.data = data_;
    return record;
  }
  /// The latest record's data, to be kept.
  std::vector<std::byte> take_data() { return std::move(data_); }

 private:
  [[nodiscard]] std::uint64_t left() const { return ended() ? 0 : end_ - at_; }

  std::optional<std::uint32_t> block_size() {
    std::vector<std::byte> bytes;
    if (!take(sizeof(std::uint32_t), bytes)) return std::nullopt;
    const auto size = ByteCursor(bytes).take<std::uint32_t>();
    return size <= left() ? std::optional(size) : std::nullopt;
  }

  bool take(std::uint32_t size, std::vector<std::byte>& into) {
    if (size > left() || size > kMaxChunkBytes) return false;
    into.resize(size);
    if (!file_.read(at_, into).ok()) return false;
    at_ += size;
    return true;
  }

  const FileParts& file_;
  std::uint64_t at_, end_;
  std::vector<std::byte> header_, data_;
};

/// Walks over the records of the file, once.
class BagIndex {
 public:
  explicit BagIndex(BagFile& bag) : bag_(bag), file_(*bag.file_) {}

  Status read() {
    PITLANE_TRY_STATUS(check_version());
    RecordStream records(file_, kVersion.size(), file_.size());
    while (!records.ended()) {
      const std::uint64_t offset = records.at();
      const auto record = records.next();
      if (!record) return incomplete("the record at byte " + std::to_string(offset) + " is cut off or damaged");
      if (Status taken = take(*record, offset); !taken) return taken;
    }
    PITLANE_TRY_STATUS(check_counts());
    return check_expansion();
  }

 private:
  Status check_version() const {
    std::vector<std::byte> bytes(std::min<std::uint64_t>(file_.size(), kVersion.size()));
    PITLANE_TRY_STATUS(file_.read(0, bytes));
    const std::string start = text_of(bytes);
    if (start == kVersion) return {};
    if (start.size() == kVersion.size() && start.starts_with(kMagic))
      return unsupported("is a bag of version " + shown(start.substr(kMagic.size())) +
                         ", not 2.0; run 'rosbag migrate' or 'rosbag fix'");
    return incomplete("it does not begin with '#ROSBAG V2.0'");
  }

  Status take(const Record& record, std::uint64_t offset) {
    const std::string at = " at byte " + std::to_string(offset);
    if (!header_ && record.op() != kHeader) return incomplete("its first record is no header");
    switch (record.op()) {
      case kHeader:
        return take_header(record);
      case kChunk:
        return take_chunk(record, offset);
      case kIndex:
        return take_index(record, at);
      case kConnection:
        return take_connection(record, at);
      case kChunkInfo:
        ++chunk_infos_;
        return {};
      default:
        return incomplete("unknown record" + at);
    }
  }

  Status take_header(const Record& record) {
    if (!record.text("encryptor").empty()) return unsupported("is encrypted; decrypt it with 'rosbag decrypt'");
    const auto index = record.number<std::uint64_t>("index_pos");
    if (index.value_or(0) == 0) return incomplete("it was not closed, so its index is missing");
    chunk_count_ = record.number<std::uint32_t>("chunk_count").value_or(0);
    connection_count_ = record.number<std::uint32_t>("conn_count").value_or(0);
    header_ = true;
    return {};
  }

  Status take_chunk(const Record& record, std::uint64_t offset) {
    const auto size = record.number<std::uint32_t>("size");
    if (!size) return incomplete("the chunk at byte " + std::to_string(offset) + " has no size");
    bag_.chunks_[offset] = {record.data_offset, record.data_size, record.text("compression"), *size};
    chunk_ = offset;
    return {};
  }

  /// Belongs to the chunk before it: where the messages of one connection are.
  Status take_index(const Record& record, const std::string& at) {
    constexpr std::size_t kEntry = 12;
    const auto connection = record.number<std::uint32_t>("conn");
    const auto count = record.number<std::uint32_t>("count");
    if (!chunk_ || !connection || !count || record.data.size() != std::uint64_t{*count} * kEntry)
      return incomplete("damaged index" + at);
    ByteCursor cursor(record.data);
    for (std::uint32_t i = 0; i < *count; ++i) {
      BagMessage message;
      message.time_s = cursor.take<std::uint32_t>();
      message.time_s += cursor.take<std::uint32_t>() * kNanosecond;
      message.offset = cursor.take<std::uint32_t>();
      message.chunk = *chunk_;
      message.connection = *connection;
      bag_.messages_.push_back(message);
    }
    return {};
  }

  Status take_connection(const Record& record, const std::string& at) {
    const auto number = record.number<std::uint32_t>("conn");
    Record details;
    if (!number || !take_fields(record.data, details)) return incomplete("damaged connection" + at);
    bag_.connections_[*number] = {record.text("topic"), details.text("type")};
    return {};
  }

  [[nodiscard]] Status check_counts() const {
    if (!header_ || chunk_infos_ != chunk_count_ || bag_.chunks_.size() != chunk_count_ ||
        bag_.connections_.size() != connection_count_)
      return incomplete("its index ends too early");
    return {};
  }

  [[nodiscard]] Status check_expansion() const {
    const std::uint64_t expanded = bag_.expanded_bytes();
    if (expanded <= kSmallChunk || expanded / kLargestChunkRatio <= file_.size()) return {};
    return corrupt("its chunks would expand to " + std::to_string(expanded) + " bytes from a file of " +
                   std::to_string(file_.size()) +
                   ", as only a bomb does; record it again, or run 'rosbag decompress' if you trust it");
  }

  BagFile& bag_;
  const FileParts& file_;
  bool header_ = false;
  std::optional<std::uint64_t> chunk_;
  std::size_t chunk_count_ = 0, connection_count_ = 0, chunk_infos_ = 0;
};

Result<std::shared_ptr<const BagFile>> BagFile::open(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return not_found(path.string() + ": there is no such file");
  PITLANE_TRY_STATUS(check_regular_file(path));
  if (std::filesystem::file_size(path, error) == 0) return incomplete("it is empty").in(path.string());
  const std::shared_ptr<BagFile> bag(new BagFile);
  bag->path_ = path;
  PITLANE_TRY(bag->file_, FileParts::open(path));
  if (const Status read = BagIndex(*bag).read(); !read) return read.error().in(path.string());
  return std::shared_ptr<const BagFile>(bag);
}

std::vector<BagMessage> BagFile::messages(const std::string& topic, const std::string& type) const {
  std::vector<BagMessage> out;
  for (const BagMessage& message : messages_) {
    const auto connection = connections_.find(message.connection);
    if (connection != connections_.end() && connection->second.topic == topic && connection->second.type == type)
      out.push_back(message);
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.time_s < b.time_s; });
  return out;
}

std::uint64_t BagFile::expanded_bytes() const {
  std::uint64_t sum = 0;  // no file has chunks enough to overflow it
  for (const auto& [offset, chunk] : chunks_) sum += chunk.compression == "none" ? 0 : chunk.size;
  return sum;
}

BagReader::BagReader(std::shared_ptr<const BagFile> bag)
    : bag_(std::move(bag)), expansion_left_(kExpansions * bag_->expanded_bytes() + kFreeExpansion) {}

Status BagReader::expand(const BagFile::Chunk& stored) {
  if (stored.size > expansion_left_)
    return corrupt(std::string("would be expanded again and again, because messages lie to and fro in the file; ") +
                   "run 'rosbag decompress', after which each is found at once");
  if (stored.bytes > kMaxChunkBytes)
    return unsupported("has " + std::to_string(stored.bytes) + " bytes, more than the 128 MiB that are read at once; " +
                       "run 'rosbag decompress'");
  expansion_left_ -= stored.size;
  std::vector<std::byte> packed(stored.bytes);
  PITLANE_TRY_STATUS(bag_->file_->read(stored.offset, packed));
  PITLANE_TRY_STATUS(uncompressed(packed, stored.compression, stored.size, buffer_));
  return {};
}

Result<std::span<const std::byte>> BagReader::read(const BagMessage& message) {
  const std::string where = "chunk at byte " + std::to_string(message.chunk);
  const auto found = bag_->chunks_.find(message.chunk);
  if (found == bag_->chunks_.end()) return corrupt("no " + where);
  const BagFile::Chunk& stored = found->second;
  const auto wanted = [&](const std::optional<Record>& record) {
    return record && record->op() == kMessage && record->number<std::uint32_t>("conn") == message.connection;
  };
  const Error broken = corrupt("no message at byte " + std::to_string(message.offset) + " of the " + where +
                               "; copy the bag again, or run 'rosbag reindex'");
  if (stored.compression == "none") {
    // The message alone: chunks may be large, and messages lie to and fro.
    if (stored.bytes != stored.size) return corrupt(where + ": its length is damaged; copy the bag again");
    RecordStream records(*bag_->file_, stored.offset + message.offset, stored.offset + stored.bytes);
    if (!wanted(records.next())) return broken;
    message_ = records.take_data();
    return Bytes(message_);
  }
  if (expanded_ != message.chunk) {
    expanded_.reset();
    if (const Status made = expand(stored); !made.ok()) return made.error().in(where);
    expanded_ = message.chunk;
  }
  ByteCursor cursor(Bytes(buffer_).subspan(std::min<std::size_t>(message.offset, buffer_.size())));
  const auto record = take_record(cursor);
  if (!wanted(record)) return broken;
  return record->data;
}

}  // namespace pitlane
