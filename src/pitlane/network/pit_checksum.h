// The checksum inside a .pit file: one flipped bit on a memory card must not become another network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace pitlane {

/// Where File.checksum lies in `file`, whose offsets must have been verified; nullopt if there is none.
std::optional<std::size_t> find_pit_checksum(std::span<const std::byte> file);

/// Low 64 bits of the FNV-1a of all bytes, the 8 at `checksum_offset` taken as zeros.
std::uint64_t compute_pit_checksum(std::span<const std::byte> file, std::size_t checksum_offset);

/// True if `file` (offsets verified) has a checksum and it is that of its bytes.
bool pit_checksum_matches(std::span<const std::byte> file);

/// Writes the checksum into `file` (offsets valid, field present); call it after the last change.
void seal_pit(std::span<std::byte> file);

}  // namespace pitlane
