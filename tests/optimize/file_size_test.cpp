// How large the rows of a trained network are on disk: bits that a strategy wins must reach the file.
#include <gtest/gtest.h>

#include <filesystem>

#include "pitlane/network/pit_file.h"
#include "pitlane/optimize/strategy.h"
#include "small_data.h"

namespace pitlane {
namespace {

struct SizedRow {
  const char* strategy;
  std::size_t most_bytes;
};

void PrintTo(const SizedRow& row, std::ostream* out) { *out << row.strategy; }

const Network& trained() {
  static const Network network = [] {
    Result<Network> read = load_pit(std::filesystem::path(PITLANE_SOURCE_DIR) / "examples/pilotnet.pit");
    EXPECT_TRUE(read.ok()) << read.error().message();
    return *std::move(read);
  }();
  return network;
}

class FileSize : public ::testing::TestWithParam<SizedRow> {};

TEST_P(FileSize, IsWhatTheStrategyPromises) {
  static const testing::SmallData data(trained(), 32);
  const Result<Network> network = apply_strategy(trained(), **find_strategy(GetParam().strategy), data.context, {});
  ASSERT_TRUE(network.ok()) << network.error().message();
  const std::size_t size = serialize_pit(*network)->size();
  EXPECT_LE(size, GetParam().most_bytes);
  EXPECT_GE(size, GetParam().most_bytes * 9 / 10) << "a new bound is due";
}

// 1,595,511 weights. Bounds are two percent above what was measured.
INSTANTIATE_TEST_SUITE_P(OfPilotNet, FileSize,
                         ::testing::Values(SizedRow{"baseline", 6'516'000}, SizedRow{"float16_quan", 3'263'000},
                                           SizedRow{"int_flt_quan", 1'661'000}, SizedRow{"int4", 875'000},
                                           SizedRow{"int2", 356'000}, SizedRow{"global_prune", 1'677'000},
                                           SizedRow{"prune_quan", 657'000}, SizedRow{"prune_quan_tf", 471'000},
                                           SizedRow{"prune_qat", 471'000}, SizedRow{"clust_qat", 879'000},
                                           SizedRow{"prune_clust_qat", 325'000}, SizedRow{"shrink_quan", 423'000}),
                         [](const auto& param_info) { return std::string(param_info.param.strategy); });

}  // namespace
}  // namespace pitlane
