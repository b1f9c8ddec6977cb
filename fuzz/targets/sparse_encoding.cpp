// Weights as a mask and packed elements: three bytes of shape, then the encoding.
#include "pitlane/network/sparse_encoding.h"

#include "fuzz/target.h"

namespace pitlane::fuzz {

void run(Bytes input) {
  Draw draw(input);
  const std::size_t element_bytes = std::size_t{1} << draw.byte() % 3;
  const std::size_t dense_bytes = draw.word();
  const auto dense = decode_sparse(draw.rest(), element_bytes, dense_bytes);
  if (!dense) return check_error(dense.error());
  PITLANE_CHECK(dense->size() == dense_bytes);
  const auto again = decode_sparse(encode_sparse(*dense, element_bytes), element_bytes, dense_bytes);
  PITLANE_CHECK(again.ok() && *again == *dense);
}

void add_seeds(Seeds& seeds) {
  for (const std::size_t power : {0U, 1U, 2U}) {
    std::vector<std::byte> dense(44);
    for (std::size_t i = 0; i < dense.size(); i += 5) dense[i] = static_cast<std::byte>(i + 1);
    std::vector<std::byte> seed = {static_cast<std::byte>(power), static_cast<std::byte>(dense.size()), std::byte{0}};
    const std::vector<std::byte> encoded = encode_sparse(dense, std::size_t{1} << power);
    seed.insert(seed.end(), encoded.begin(), encoded.end());
    seeds.add("elements-of-" + std::to_string(1 << power), seed);
  }
}

}  // namespace pitlane::fuzz
