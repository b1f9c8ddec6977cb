#include "pitlane/network/pit_checksum.h"

#include <array>
#include <cstring>

#include "pit_generated.h"
#include "pitlane/core/hash.h"

namespace pitlane {

std::optional<std::size_t> find_pit_checksum(std::span<const std::byte> file) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(file.data());
  // Generated types hide that they are tables; the address of a field is asked of the table.
  const auto& table = *reinterpret_cast<const flatbuffers::Table*>(pit::GetFile(begin));
  const std::uint8_t* field = table.GetAddressOf(pit::File::VT_CHECKSUM);
  if (field == nullptr) return std::nullopt;
  return static_cast<std::size_t>(field - begin);
}

std::uint64_t compute_pit_checksum(std::span<const std::byte> file, std::size_t checksum_offset) {
  constexpr std::array<std::byte, sizeof(std::uint64_t)> kZeros{};
  Hasher hasher;
  hasher.bytes(file.first(checksum_offset)).bytes(kZeros).bytes(file.subspan(checksum_offset + kZeros.size()));
  return hasher.low64();
}

bool pit_checksum_matches(std::span<const std::byte> file) {
  const std::optional<std::size_t> at = find_pit_checksum(file);
  if (!at) return false;
  return pit::GetFile(file.data())->checksum() == compute_pit_checksum(file, *at);
}

void seal_pit(std::span<std::byte> file) {
  const std::size_t at = find_pit_checksum(file).value();
  const std::uint64_t checksum = flatbuffers::EndianScalar(compute_pit_checksum(file, at));
  std::memcpy(file.data() + at, &checksum, sizeof checksum);
}

}  // namespace pitlane
