#include "pitlane/network/pit_checksum.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "pit_generated.h"
#include "pitlane/core/hash.h"

namespace pitlane {
namespace {

constexpr std::size_t kFieldBytes = sizeof(std::uint64_t);
constexpr std::size_t kLanes = 8, kBlockBytes = kLanes * sizeof(std::uint64_t);

std::uint64_t step(std::uint64_t lane, std::uint64_t word) {
  const std::uint64_t product = (lane ^ word) * 0x9E3779B97F4A7C15ULL;
  return product ^ product >> 32;
}

class QuickHasher {
 public:
  void block(const std::byte* bytes) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes + i * sizeof word, sizeof word);
      lanes_[i] = step(lanes_[i], flatbuffers::EndianScalar(word));
    }
  }
  [[nodiscard]] std::uint64_t result(std::uint64_t size) const {
    for (const std::uint64_t lane : lanes_) size = step(size, lane);
    return size;
  }

 private:
  std::array<std::uint64_t, kLanes> lanes_{1, 2, 3, 4, 5, 6, 7, 8};
};

std::optional<std::size_t> place_of(const flatbuffers::Table& table, flatbuffers::voffset_t field,
                                    const std::uint8_t* begin) {
  const std::uint8_t* address = table.GetAddressOf(field);
  if (address == nullptr) return std::nullopt;
  return static_cast<std::size_t>(address - begin);
}

void put(std::span<std::byte> file, std::size_t at, std::uint64_t value) {
  value = flatbuffers::EndianScalar(value);
  std::memcpy(file.data() + at, &value, sizeof value);
}

}  // namespace

std::optional<PitChecksumPlaces> find_pit_checksums(std::span<const std::byte> file) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(file.data());
  // Generated types hide that they are tables; the address of a field is asked of the table.
  const auto& table = *reinterpret_cast<const flatbuffers::Table*>(pit::GetFile(begin));
  const auto checksum = place_of(table, pit::File::VT_CHECKSUM, begin);
  if (!checksum) return std::nullopt;
  return PitChecksumPlaces{*checksum, place_of(table, pit::File::VT_QUICK_CHECKSUM, begin)};
}

std::uint64_t compute_pit_checksum(std::span<const std::byte> file, std::size_t checksum_offset) {
  constexpr std::array<std::byte, kFieldBytes> kZeros{};
  Hasher hasher;
  hasher.bytes(file.first(checksum_offset)).bytes(kZeros).bytes(file.subspan(checksum_offset + kZeros.size()));
  return hasher.low64();
}

std::uint64_t compute_pit_quick_checksum(std::span<const std::byte> file, const PitChecksumPlaces& places) {
  const std::array<std::size_t, 2> fields = {places.checksum, places.quick.value_or(places.checksum)};
  QuickHasher hasher;
  for (std::size_t at = 0; at < file.size(); at += kBlockBytes) {
    const auto touches = [&](std::size_t field) { return field < at + kBlockBytes && at < field + kFieldBytes; };
    if (file.size() - at >= kBlockBytes && !touches(fields[0]) && !touches(fields[1])) {
      hasher.block(file.data() + at);
      continue;
    }
    std::array<std::byte, kBlockBytes> block{};
    const std::size_t count = std::min(kBlockBytes, file.size() - at);
    std::copy_n(file.data() + at, count, block.begin());
    for (const std::size_t field : fields)
      for (std::size_t i = 0; i < count; ++i)
        if (at + i >= field && at + i < field + kFieldBytes) block[i] = std::byte{0};
    hasher.block(block.data());
  }
  return hasher.result(file.size());
}

bool pit_checksum_matches(std::span<const std::byte> file) {
  const std::optional<PitChecksumPlaces> places = find_pit_checksums(file);
  if (!places) return false;
  const pit::File& is = *pit::GetFile(file.data());
  if (places->quick) return is.quick_checksum() == compute_pit_quick_checksum(file, *places);
  return is.checksum() == compute_pit_checksum(file, places->checksum);
}

// The first covers the quick one, so it comes last.
void seal_pit(std::span<std::byte> file, const PitChecksumPlaces& places) {
  if (places.quick) put(file, *places.quick, compute_pit_quick_checksum(file, places));
  put(file, places.checksum, compute_pit_checksum(file, places.checksum));
}

void seal_pit(std::span<std::byte> file) { seal_pit(file, find_pit_checksums(file).value()); }

}  // namespace pitlane
