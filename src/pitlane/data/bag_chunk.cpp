#include "pitlane/data/bag_chunk.h"

#include <bzlib.h>
#include <lz4frame.h>

#include <memory>

#include "pitlane/data/bad_rows.h"

namespace pitlane {
namespace {

using Bytes = std::span<const std::byte>;

Error damaged() { return corrupt("its compressed bytes are damaged; copy the bag again"); }

Status expand_bz2(Bytes stored, std::span<std::byte> out) {
  auto size = static_cast<unsigned>(out.size());
  // The interface is older than const; the source is only read.
  auto* source = reinterpret_cast<char*>(const_cast<std::byte*>(stored.data()));
  const int outcome = BZ2_bzBuffToBuffDecompress(reinterpret_cast<char*>(out.data()), &size, source,
                                                 static_cast<unsigned>(stored.size()), 0, 0);
  return outcome == BZ_OK && size == out.size() ? Status() : damaged();
}

Status expand_lz4(Bytes stored, std::span<std::byte> out) {
  LZ4F_dctx* made = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&made, LZ4F_VERSION)) != 0)
    return io_error("not enough memory to decompress it");
  const std::unique_ptr<LZ4F_dctx, decltype(&LZ4F_freeDecompressionContext)> context(made,
                                                                                     LZ4F_freeDecompressionContext);
  std::size_t expected = 1;  // what the decoder still wants; 0 at the end of the frame
  while (expected != 0) {
    std::size_t read = stored.size(), written = out.size();
    expected = LZ4F_decompress(made, out.data(), &written, stored.data(), &read, nullptr);
    if (LZ4F_isError(expected) != 0 || (read == 0 && written == 0 && expected != 0)) return damaged();
    stored = stored.subspan(read);
    out = out.subspan(written);
  }
  return out.empty() ? Status() : damaged();
}

}  // namespace

Result<std::span<const std::byte>> uncompressed(Bytes stored, const std::string& compression, std::uint32_t size,
                                                std::vector<std::byte>& buffer) {
  if (compression == "none") {
    if (stored.size() != size) return damaged();
    return stored;
  }
  if (compression != "bz2" && compression != "lz4")
    return unsupported("compression " + shown(compression) +
                       " is not known, only none, bz2 and lz4; run "
                       "'rosbag decompress'");
  if (size > kMaxChunkBytes)
    return unsupported("claims " + std::to_string(size) +
                       " bytes, more than the 128 MiB that are read at once; run "
                       "'rosbag decompress'");
  if (size > kSmallChunk && size / kLargestChunkRatio > stored.size())
    return corrupt("would expand from " + std::to_string(stored.size()) + " to " + std::to_string(size) +
                   " bytes, as only a bomb does; record it again, or run 'rosbag decompress' if you trust it");
  buffer.resize(size);
  PITLANE_TRY_STATUS(compression == "bz2" ? expand_bz2(stored, buffer) : expand_lz4(stored, buffer));
  return Bytes(buffer);
}

}  // namespace pitlane
