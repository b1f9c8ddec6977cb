#include "pitlane/network/weight_encoding.h"

#include <memory>
#include <utility>

#include "pitlane/network/entropy_code.h"
#include "pitlane/network/sparse_encoding.h"

namespace pitlane {
namespace {

// A loader uses dense weights where they lie: what needs decoding must be shorter than this share of them.
constexpr double kSparsePays = 0.9, kEntropyPays = 0.75;
// An entropy code takes the most time: it must also be shorter than this share of the next best.
constexpr double kBestPays = 0.95;
// Less than this is read by programs that know no entropy codes, which matters more.
constexpr std::size_t kFewestBytes = 1 << 16;
// Of weights all alike a code takes no bits at all; then a bit an element is short enough.
constexpr std::size_t kMostRatio = 1024;

void append(std::vector<std::byte>& out, const std::vector<std::byte>& more) {
  out.insert(out.end(), more.begin(), more.end());
}

/// Bytes `plane` of all elements.
std::vector<std::byte> plane_of(std::span<const std::byte> elements, std::size_t element_bytes, std::size_t plane) {
  std::vector<std::byte> bytes(elements.size() / element_bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = elements[i * element_bytes + plane];
  return bytes;
}

std::vector<std::byte> encode_planes(std::span<const std::byte> elements, std::size_t element_bytes) {
  std::vector<std::byte> out;
  for (std::size_t plane = 0; plane < element_bytes; ++plane)
    append(out, encode_entropy(plane_of(elements, element_bytes, plane)));
  return out;
}

/// Bytes that decoding will write: nobody needs them to be zero before.
struct Scratch {
  explicit Scratch(std::size_t size)
      : bytes(std::make_unique_for_overwrite<std::byte[]>(size)), span(bytes.get(), size) {}

  std::unique_ptr<std::byte[]> bytes;
  std::span<std::byte> span;
};

Status decode_planes(std::span<const std::byte>& encoded, std::size_t element_bytes, std::span<std::byte> elements) {
  if (element_bytes == 1) return decode_entropy(encoded, elements);
  const Scratch scratch(elements.size() / element_bytes);
  for (std::size_t plane = 0; plane < element_bytes; ++plane) {
    PITLANE_TRY_STATUS(decode_entropy(encoded, scratch.span));
    for (std::size_t i = 0; i < scratch.span.size(); ++i) elements[i * element_bytes + plane] = scratch.span[i];
  }
  return {};
}

std::size_t mask_size(std::size_t dense_bytes, std::size_t element_bytes) {
  return (dense_bytes / element_bytes + 7) / 8;
}

std::vector<std::byte> encode_sparse_entropy(std::span<const std::byte> sparse, std::size_t mask_bytes,
                                             std::size_t element_bytes) {
  std::vector<std::byte> out = encode_entropy(sparse.first(mask_bytes));
  append(out, encode_planes(sparse.subspan(mask_bytes), element_bytes));
  return out;
}

Result<std::vector<std::byte>> decode_sparse_entropy(std::span<const std::byte>& encoded, std::size_t element_bytes,
                                                     std::size_t dense_bytes) {
  const Scratch mask(mask_size(dense_bytes, element_bytes));
  PITLANE_TRY_STATUS(decode_entropy(encoded, mask.span));
  const Scratch packed(count_of_mask(mask.span) * element_bytes);
  PITLANE_TRY_STATUS(decode_planes(encoded, element_bytes, packed.span));
  return decode_sparse(mask.span, packed.span, element_bytes, dense_bytes);
}

}  // namespace

EncodedElements encode_elements(std::span<const std::byte> elements, std::size_t element_bytes) {
  EncodedElements best;
  std::size_t best_size = elements.size();
  const auto consider = [&](WeightEncoding encoding, std::vector<std::byte> bytes, double pays) {
    if (static_cast<double>(bytes.size()) >= pays * static_cast<double>(elements.size())) return;
    if (static_cast<double>(bytes.size()) >= kBestPays * static_cast<double>(best_size)) return;
    if (encoding != WeightEncoding::kSparse && elements.size() / kMostRatio > bytes.size()) return;
    best_size = bytes.size();
    best = {encoding, std::move(bytes)};
  };
  const std::vector<std::byte> sparse = encode_sparse(elements, element_bytes);
  consider(WeightEncoding::kSparse, sparse, kSparsePays);
  if (elements.size() < kFewestBytes) return best;
  consider(WeightEncoding::kSparseEntropy,
           encode_sparse_entropy(sparse, mask_size(elements.size(), element_bytes), element_bytes), kEntropyPays);
  consider(WeightEncoding::kEntropy, encode_planes(elements, element_bytes), kEntropyPays);
  return best;
}

Result<std::vector<std::byte>> decode_elements(WeightEncoding encoding, std::span<const std::byte> encoded,
                                               std::size_t element_bytes, std::size_t dense_bytes) {
  // A mask takes a bit an element: it cannot claim more memory than eight times its own size an element byte.
  if (encoding == WeightEncoding::kSparse) return decode_sparse(encoded, element_bytes, dense_bytes);
  if (dense_bytes / kMostRatio > encoded.size()) return corrupt("entropy-coded weights are more than they can be");
  std::vector<std::byte> dense;
  if (encoding == WeightEncoding::kSparseEntropy) {
    PITLANE_TRY(dense, decode_sparse_entropy(encoded, element_bytes, dense_bytes));
  } else {
    dense.resize(dense_bytes);
    PITLANE_TRY_STATUS(decode_planes(encoded, element_bytes, dense));
  }
  if (!encoded.empty()) return corrupt("entropy-coded weights are longer than their shape needs");
  return dense;
}

}  // namespace pitlane
