#include "pitlane/roofline/roofline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "pitlane/kernels/cpu.h"
#include "pitlane/roofline/cache_evictor.h"
#include "pitlane/roofline/loop_table.h"

namespace pitlane {
namespace {

using ::testing::Contains;
using ::testing::Field;

TEST(ReadBytesPerSecond, LiesOnTheLineOverLogBytesAndKeepsTheEnds) {
  const std::vector<ReadBandwidth> measured = {{1024, 100}, {4096, 50}, {16384, 10}};
  EXPECT_DOUBLE_EQ(read_bytes_per_s(measured, 1), 100);
  EXPECT_DOUBLE_EQ(read_bytes_per_s(measured, 1024), 100);
  EXPECT_DOUBLE_EQ(read_bytes_per_s(measured, 2048), 75);  // half way in log(bytes)
  EXPECT_DOUBLE_EQ(read_bytes_per_s(measured, 4096), 50);
  EXPECT_DOUBLE_EQ(read_bytes_per_s(measured, 8192), 30);
  EXPECT_DOUBLE_EQ(read_bytes_per_s(measured, 1 << 30), 10);
  EXPECT_DOUBLE_EQ(read_bytes_per_s({}, 1024), 0);
}

TEST(PeakMacsPerSecond, IsThatOfTheFastestInstructionsOfTheType) {
  const Roofline roofline{{{"f32", "a", 3}, {"int8", "b", 9}, {"f32", "c", 5}, {"f32", "d", 4}}, {}, {}};
  EXPECT_EQ(peak_macs_per_s(roofline, "f32"), 5);
  EXPECT_EQ(peak_macs_per_s(roofline, "int8"), 9);
  EXPECT_EQ(peak_macs_per_s(roofline, "bf16"), 0);
}

TEST(ArithmeticLoops, AreThoseThatTheProcessorCanRun) {
  ASSERT_EQ(arithmetic_loops({}).size(), 1U);
  EXPECT_STREQ(arithmetic_loops({})[0].type, "f32");
#if defined(PITLANE_X86_KERNELS)
  const auto named = [](const char* instructions) {
    return Contains(Field(&ArithmeticLoop::instructions, ::testing::StrEq(instructions)));
  };
  Extensions there;
  there.avx2 = true;
  EXPECT_THAT(arithmetic_loops(there), named("AVX2 FMA"));
  EXPECT_THAT(arithmetic_loops(there), ::testing::Not(named("AVX-512 FMA")));
  there.amx_int8 = true;
  EXPECT_THAT(arithmetic_loops(there), named("AMX-INT8"));
  EXPECT_THAT(arithmetic_loops(there), ::testing::Not(named("AMX-BF16")));
#endif
}

// Extensions say of AVX2 and AVX-512 what kernels/cpu.h says.
TEST(DetectExtensions, AgreesWithTheLevelsOfTheKernels) {
  const std::vector<Isa> isas = isas_of(detect_cpu());
  const auto has = [&](Isa isa) { return std::find(isas.begin(), isas.end(), isa) != isas.end(); };
  EXPECT_EQ(detect_extensions().avx512, has(Isa::kAvx512));
  EXPECT_EQ(detect_extensions().avx512vnni, has(Isa::kAvx512Vnni));
  EXPECT_TRUE(detect_extensions().avx2 || !has(Isa::kAvx2));
}

// What the sums hold tells how often they were added to.
TEST(ArithmeticLoops, AddUpWhatTheyMultiply) {
  constexpr int kRounds = 100;
  // The first number of the sink, as a float or an integer. One sum of AMX, all twelve sums added of the others; a
  // number takes one product a round in f32, two in bf16, four in int8, and in AMX those of a whole row.
  const std::map<std::string, float> reals = {{"f32 AVX2 FMA", 0.25F * 12 * kRounds},
                                              {"f32 AVX-512 FMA", 0.25F * 12 * kRounds},
                                              {"bf16 AVX512-BF16", 0.25F * 2 * 12 * kRounds},
                                              {"bf16 AMX-BF16", 0.25F * 32 * kRounds},
                                              {"f32 vectors of 16 bytes", 8}};
  const std::map<std::string, std::int32_t> integers = {{"int8 AVX2", 4 * 12 * kRounds},
                                                        {"int8 AVX-VNNI", 4 * 12 * kRounds},
                                                        {"int8 AVX-512 VNNI", 4 * 12 * kRounds},
                                                        {"int8 AMX-INT8", 64 * kRounds}};
  for (const ArithmeticLoop& loop : arithmetic_loops(detect_extensions())) {
    const std::string name = std::string(loop.type) + " " + loop.instructions;
    if (name == "f16 AVX512-FP16") continue;  // too small numbers, so that nothing overflows
    alignas(64) unsigned char sink[64] = {};
    loop.run(kRounds, sink);
    float real = 0;
    std::int32_t integer = 0;
    std::memcpy(&real, sink, sizeof real);
    std::memcpy(&integer, sink, sizeof integer);
    ASSERT_TRUE(reals.count(name) + integers.count(name) == 1) << name << " is new: say here what it adds up to";
    if (reals.count(name) == 1) {
      EXPECT_FLOAT_EQ(real, reals.at(name)) << name;
    } else {
      EXPECT_EQ(integer, integers.at(name)) << name;
    }
  }
}

TEST(ReadLoop, ReadsEveryByte) {
  constexpr std::int64_t kBytes = 3 * 4096;
  std::vector<unsigned char> data(kBytes + 64);
  const auto offset = 64 - reinterpret_cast<std::uintptr_t>(data.data()) % 64;
  for (const std::int64_t at : {std::int64_t{0}, std::int64_t{4097}, kBytes - 1}) {
    std::fill(data.begin(), data.end(), 0);
    data[offset + static_cast<std::size_t>(at)] = 0x40;
    alignas(64) unsigned char sink[64] = {};
    best_read_loop().run(data.data() + offset, kBytes, sink);
    EXPECT_EQ(std::count(std::begin(sink), std::end(sink), 0x40), 1) << at;
  }
}

TEST(CacheEvictor, ReadsMoreThanTheLastCacheUnlessMemoryIsShort) {
  CacheEvictor evictor;
  EXPECT_GT(evictor.bytes(), 0);
  EXPECT_LE(evictor.bytes(), std::int64_t{1} << 30);
  evictor.evict();
}

TEST(MeasureRoofline, FindsNumbersOfThisWorld) {
  RooflineOptions options;
  options.seconds_per_peak = options.seconds_per_size = 0.005;
  options.largest_bytes = std::int64_t{4} << 20;
  options.evicted = false;
  const Roofline roofline = measure_roofline(options);
  EXPECT_EQ(roofline.peaks.size(), arithmetic_loops(detect_extensions()).size());
  for (const ArithmeticPeak& peak : roofline.peaks) {
    EXPECT_GT(peak.macs_per_s, 1e7) << peak.instructions;
    EXPECT_LT(peak.macs_per_s, 1e14) << peak.instructions;
  }
  ASSERT_EQ(roofline.warm.size(), 9U);  // 16 KiB to 4 MiB
  EXPECT_EQ(roofline.warm.front().bytes, 16 << 10);
  EXPECT_EQ(roofline.warm.back().bytes, 4 << 20);
  for (const ReadBandwidth& b : roofline.warm) {
    EXPECT_GT(b.bytes_per_s, 1e7);
    EXPECT_LT(b.bytes_per_s, 1e13);
  }
}

}  // namespace
}  // namespace pitlane
