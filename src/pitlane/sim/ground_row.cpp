#include "pitlane/sim/ground_row.h"

namespace pitlane {

ColumnBlocks::ColumnBlocks(const std::vector<float>& columns) : u(columns) {
  const auto up = [](std::size_t n) { return (n + kBlock - 1) / kBlock * kBlock; };
  u.resize(up(u.size()), u.empty() ? 0 : u.back());
  for (std::size_t start = 0; start < u.size(); start += kBlock) {
    first.push_back(u[start]);
    last.push_back(u[start + kBlock - 1]);
  }
  first.resize(up(first.size()), 0);
  last.resize(up(last.size()), 0);
}

}  // namespace pitlane
