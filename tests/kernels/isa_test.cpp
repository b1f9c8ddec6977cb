#include "pitlane/kernels/isa.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "pitlane/kernels/cpu.h"
#include "pitlane/kernels/table.h"

namespace pitlane {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// An x86-64 processor with everything that the levels need.
CpuFeatures everything() {
  return {.x86_64 = true,
          .os_ymm = true,
          .os_zmm = true,
          .avx2 = true,
          .fma = true,
          .f16c = true,
          .avx512f = true,
          .avx512bw = true,
          .avx512dq = true,
          .avx512vl = true,
          .avx512vnni = true,
          .avx512bf16 = true,
          .amx_tile = true,
          .amx_int8 = true,
          .amx_bf16 = true,
          .os_tiles = true};
}

#if defined(PITLANE_X86_KERNELS)
TEST(Isa, LevelsFollowFromFeatures) {
  CpuFeatures cpu = everything();
  EXPECT_THAT(isas_of(cpu),
              ElementsAre(Isa::kScalar, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vnni, Isa::kAvx512Bf16, Isa::kAmx));
  cpu.amx_int8 = false;
  EXPECT_EQ(isas_of(cpu).back(), Isa::kAvx512Bf16);
  cpu.amx_int8 = true;
  cpu.avx512bf16 = false;
  EXPECT_EQ(isas_of(cpu).back(), Isa::kAvx512Vnni);
  cpu.avx512bf16 = true;
  cpu.avx512vnni = false;
  EXPECT_THAT(isas_of(cpu), ElementsAre(Isa::kScalar, Isa::kAvx2, Isa::kAvx512));
  cpu.avx512bw = false;
  EXPECT_THAT(isas_of(cpu), ElementsAre(Isa::kScalar, Isa::kAvx2));
  cpu.fma = false;
  EXPECT_THAT(isas_of(cpu), ElementsAre(Isa::kScalar));
}

TEST(Isa, RegistersThatTheSystemDoesNotSaveDoNotCount) {
  CpuFeatures cpu = everything();
  cpu.os_tiles = false;
  EXPECT_EQ(isas_of(cpu).back(), Isa::kAvx512Bf16);
  cpu.os_zmm = false;
  EXPECT_THAT(isas_of(cpu), ElementsAre(Isa::kScalar, Isa::kAvx2));
  cpu.os_ymm = false;
  EXPECT_THAT(isas_of(cpu), ElementsAre(Isa::kScalar));
}

TEST(Isa, TheBestLevelIsTheDefaultAndTheVariableForcesOne) {
  EXPECT_EQ(*choose_isa(nullptr, everything()), Isa::kAmx);
  EXPECT_EQ(*choose_isa("", everything()), Isa::kAmx);
  EXPECT_EQ(*choose_isa("avx2", everything()), Isa::kAvx2);
}

TEST(Isa, WithoutAvx2OnlyTheScalarLevelByNameWorks) {
  CpuFeatures old = everything();
  old.avx2 = false;
  const Result<Isa> refused = choose_isa(nullptr, old);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnsupported);
  EXPECT_THAT(refused.error().message(), AllOf(HasSubstr("lacks AVX2"), HasSubstr("PITLANE_ISA=scalar")));
  EXPECT_EQ(*choose_isa("scalar", old), Isa::kScalar);
}

TEST(Isa, AnUnavailableLevelSaysWhatThereIs) {
  CpuFeatures cpu = everything();
  cpu.avx512f = false;
  const Result<Isa> refused = choose_isa("avx512vnni", cpu);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnsupported);
  EXPECT_THAT(refused.error().message(), AllOf(HasSubstr("PITLANE_ISA"), HasSubstr("avx512vnni is not available"),
                                               HasSubstr("choose one of: scalar, avx2")));
}
#endif

#if defined(PITLANE_ARM_KERNELS)
TEST(Isa, Aarch64LevelsFollowFromFeatures) {
  EXPECT_THAT(isas_of({.asimd = true, .asimddp = true}), ElementsAre(Isa::kScalar, Isa::kNeon, Isa::kNeonDot));
  EXPECT_THAT(isas_of({.asimd = true}), ElementsAre(Isa::kScalar, Isa::kNeon));
  EXPECT_THAT(isas_of({.asimddp = true}), ElementsAre(Isa::kScalar));
}

TEST(Isa, TheBestAarch64LevelIsTheDefaultAndTheVariableForcesOne) {
  const CpuFeatures newer = {.asimd = true, .asimddp = true};
  EXPECT_EQ(*choose_isa(nullptr, newer), Isa::kNeonDot);
  EXPECT_EQ(*choose_isa("neon", newer), Isa::kNeon);
  const CpuFeatures older = {.asimd = true};
  EXPECT_EQ(*choose_isa(nullptr, older), Isa::kNeon);
  const Result<Isa> refused = choose_isa("neondot", older);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(refused.error().message(),
            "PITLANE_ISA: instruction set neondot is not available on this machine; choose one of: scalar, neon");
}

// The presets aarch64 and aarch64-old emulate a processor with dot product and one without.
TEST(Isa, TheEmulatedProcessorIsRecognised) {
  const char* emulated = std::getenv("QEMU_CPU");
  if (emulated == nullptr) GTEST_SKIP() << "QEMU_CPU does not say which processor this is";
  const bool dot = std::string_view(emulated) == "max";
  ASSERT_TRUE(dot || std::string_view(emulated) == "cortex-a72") << emulated;
  EXPECT_EQ(detect_cpu().asimddp, dot);
  EXPECT_EQ(available_isas().back(), dot ? Isa::kNeonDot : Isa::kNeon);
}
#endif

TEST(Isa, OtherProcessorsRunTheScalarLevelWithoutComplaint) {
  const CpuFeatures other;
  EXPECT_EQ(*choose_isa(nullptr, other), Isa::kScalar);
}

TEST(Isa, AnUnknownNameListsTheNames) {
  const Result<Isa> refused = choose_isa("sse2", everything());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_THAT(refused.error().message(),
              AllOf(HasSubstr("PITLANE_ISA"), HasSubstr("'sse2'"),
                    HasSubstr("scalar, avx2, avx512, avx512vnni, avx512bf16, amx, neon, neondot")));
}

TEST(Isa, NamesRoundTrip) {
  for (const Isa isa : kIsas) EXPECT_EQ(*parse_isa(to_string(isa)), isa);
}

TEST(Isa, AvailableLevelsAreBuiltOnes) {
  for (const Isa isa : available_isas()) EXPECT_THAT(built_isas(), Contains(isa));
}

TEST(Isa, EveryAvailableLevelHasATableOfItsOwn) {
  for (const Isa isa : available_isas()) {
    const kernels::Table& table = kernels::table_for(isa);
    EXPECT_EQ(table.isa, isa);
    EXPECT_TRUE(table.conv_f32 && table.conv_i8 && table.dense_f32 && table.dense_i8 && table.widen && table.affine &&
                table.range && table.quantize && table.curve && table.add && table.multiply && table.softmax &&
                table.max_pool && table.average_pool && table.grouped_f32 && table.grouped_i8);
    if (isa != Isa::kScalar) {
      EXPECT_NE(table.conv_i8, kernels::table_for(Isa::kScalar).conv_i8);
    }
  }
}

}  // namespace
}  // namespace pitlane
