// The checksums inside a .pit file: one flipped bit on a memory card must not become another network. Files have two.
// The first is what all versions know; it reads byte after byte and takes a robot milliseconds at each start. The quick
// one, which files had none of at first, says the same at twenty times the speed: where it is there, it alone is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace pitlane {

/// Where File.checksum and File.quick_checksum lie, eight bytes each.
struct PitChecksumPlaces {
  std::size_t checksum = 0;
  std::optional<std::size_t> quick;
};

/// In `file`, whose offsets must have been verified; nullopt if it has no checksum.
std::optional<PitChecksumPlaces> find_pit_checksums(std::span<const std::byte> file);

/// 64 bits of the FNV-1a of all bytes, the 8 at `checksum_offset` taken as zeros.
std::uint64_t compute_pit_checksum(std::span<const std::byte> file, std::size_t checksum_offset);

/// Of all bytes, those of both checksums and what the last block lacks taken as zeros. Blocks are eight little-endian
/// words of 64 bits, each for a lane of its own: lane = mix((lane ^ word) * K), mix(x) = x ^ x >> 32, K =
/// 0x9E3779B97F4A7C15 (odd, so no step loses anything: one changed word always changes the result). Lanes begin at
/// their number, 1 to 8; the result begins at the file's size and takes the lanes as words.
std::uint64_t compute_pit_quick_checksum(std::span<const std::byte> file, const PitChecksumPlaces& places);

/// True if `file` (offsets verified) has a checksum and the quick one is right, or without a quick one the other.
bool pit_checksum_matches(std::span<const std::byte> file);

/// Writes the checksums into `file`; call it after the last change. Without `places` offsets must be valid and the
/// checksum there.
void seal_pit(std::span<std::byte> file, const PitChecksumPlaces& places);
void seal_pit(std::span<std::byte> file);

}  // namespace pitlane
