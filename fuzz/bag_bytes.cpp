#include "fuzz/bag_bytes.h"

#include <cstring>
#include <utility>

namespace pitlane::fuzz {
namespace {

template <typename T>
std::string little(T value) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

std::string counted(const std::string& text) { return little(static_cast<std::uint32_t>(text.size())) + text; }

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string header(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) out += counted(name + "=" + value);
  return out;
}

std::string record(char op, Fields fields, const std::string& data) {
  fields.emplace_back("op", std::string(1, op));
  return counted(header(fields)) + counted(data);
}

std::string time_of(std::size_t message) {
  constexpr std::uint32_t kTenth_ns = 100'000'000;
  return little(static_cast<std::uint32_t>(message / 10)) +
         little(static_cast<std::uint32_t>(message % 10) * kTenth_ns);
}

std::string connection(std::uint32_t number, const BagTopic& topic) {
  const std::string data = header({{"topic", topic.name},
                                   {"type", topic.type},
                                   {"md5sum", topic.md5sum},
                                   {"message_definition", topic.definition}});
  return record('\x07', {{"conn", little(number)}, {"topic", topic.name}}, data);
}

/// Fills 4096 bytes, so that tools can overwrite it.
std::string bag_header(std::uint64_t index_at, std::uint32_t connections) {
  constexpr std::size_t kLength = 4096;
  const Fields fields = {
      {"index_pos", little(index_at)}, {"conn_count", little(connections)}, {"chunk_count", little(1U)}};
  const std::size_t used = record('\x03', fields, "").size();
  return record('\x03', fields, std::string(kLength - used, ' '));
}

/// Where the messages of each topic lie in the chunk.
struct Index {
  std::string entries;
  std::uint32_t count = 0;
};

}  // namespace

std::string bag_bytes(const std::vector<BagTopic>& topics, const std::vector<BagRecord>& messages) {
  std::string connections, chunk, indexes, counts;
  for (std::uint32_t t = 0; t < topics.size(); ++t) connections += connection(t, topics[t]);
  chunk = connections;
  std::vector<Index> index(topics.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    index[messages[i].topic].entries += time_of(i) + little(static_cast<std::uint32_t>(chunk.size()));
    ++index[messages[i].topic].count;
    chunk += record('\x02', {{"conn", little(messages[i].topic)}, {"time", time_of(i)}}, messages[i].bytes);
  }
  for (std::uint32_t t = 0; t < topics.size(); ++t) {
    indexes +=
        record('\x04', {{"ver", little(1U)}, {"conn", little(t)}, {"count", little(index[t].count)}}, index[t].entries);
    counts += little(t) + little(index[t].count);
  }
  const auto topic_count = static_cast<std::uint32_t>(topics.size());
  const std::string magic = "#ROSBAG V2.0\n";
  const std::uint64_t chunk_at = magic.size() + bag_header(0, topic_count).size();
  const Fields packing = {{"compression", "none"}, {"size", little(static_cast<std::uint32_t>(chunk.size()))}};
  const std::string body = record('\x05', packing, chunk) + indexes;
  const std::string summary = record('\x06',
                                     {{"ver", little(1U)},
                                      {"chunk_pos", little(chunk_at)},
                                      {"start_time", time_of(0)},
                                      {"end_time", time_of(messages.empty() ? 0 : messages.size() - 1)},
                                      {"count", little(topic_count)}},
                                     counts);
  return magic + bag_header(chunk_at + body.size(), topic_count) + body + connections + summary;
}

std::string odometry_bytes(double x_m, double y_m) {
  constexpr std::size_t kOrientation = 4, kCovariances = 2 * 36, kTwist = 6;
  std::string out = little(0U) + little(0U) + little(0U) + counted("odom") + counted("base");
  out += little(x_m) + little(y_m) + little(0.0);
  return out + std::string((kOrientation + kCovariances + kTwist) * sizeof(double), '\0');
}

}  // namespace pitlane::fuzz
