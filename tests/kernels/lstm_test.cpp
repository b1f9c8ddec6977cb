#include <algorithm>
#include <utility>

#include "level.h"

namespace pitlane::kernels {
namespace {

using LstmTest = LevelTest;

constexpr float kGuard = -77.0F;
constexpr std::size_t kSlack = 16;  // floats that may be read behind the last one

/// The cell by the element-wise kernels, one after the other.
class OneByOne {
 public:
  OneByOne(const Table& table, const Lstm& l) : table_(table), l_(l) {}

  void run(std::vector<float>& cell, std::vector<float>& hidden) const {
    cell = times(gate(l_.input), curve(sums(l_.candidate), Curve::kTanh));
    if (l_.before != nullptr) {
      const std::vector<float> before(l_.before, l_.before + cell.size());
      const std::vector<float> kept = times(gate(l_.forget), before);
      table_.add(cell.data(), kept.data(), cell.data(), cell.size(), cell.size());
    }
    hidden = times(curve(cell, Curve::kTanh), gate(l_.output));
  }

 private:
  [[nodiscard]] std::vector<float> curve(std::vector<float> x, Curve curve) const {
    table_.curve(x.data(), x.data(), x.size(), curve, l_.alpha);
    return x;
  }
  [[nodiscard]] std::vector<float> sums(std::size_t begin) const {
    std::vector<float> sums;
    for (std::size_t pixel = 0; pixel < l_.pixels; ++pixel) {
      for (std::size_t unit = 0; unit < l_.units; ++unit) {
        const std::size_t at = pixel * l_.sums_pixel + begin + unit;
        sums.push_back(l_.more_sums == nullptr ? l_.sums[at] : l_.sums[at] + l_.more_sums[at]);
      }
    }
    return sums;
  }
  [[nodiscard]] std::vector<float> gate(std::size_t begin) const { return curve(sums(begin), l_.gate); }
  [[nodiscard]] std::vector<float> times(std::vector<float> a, const std::vector<float>& b) const {
    table_.multiply(a.data(), b.data(), a.data(), a.size(), a.size());
    return a;
  }

  const Table& table_;
  const Lstm& l_;
};

/// Sums of five parts a pixel, of which the gates take four in any order.
struct Inputs {
  std::vector<float> sums, more, before;
  Inputs(std::size_t pixels, std::size_t units, std::uint64_t seed) {
    Random random(seed);
    sums = random_floats(random, pixels * 5 * units + kSlack, -9, 9);
    more = random_floats(random, pixels * 5 * units + kSlack, -9, 9);
    before = random_floats(random, pixels * units + kSlack, -3, 3);
  }
};

Lstm over(const Inputs& in, std::size_t pixels, std::size_t units) {
  Lstm l;
  l.pixels = pixels;
  l.units = units;
  l.sums = in.sums.data();
  l.sums_pixel = 5 * units;
  l.input = 4 * units;
  l.forget = 0;
  l.candidate = 3 * units;
  l.output = units;
  return l;
}

/// Runs the kernel into guarded memory.
void expect_one_by_one(const Table& table, Lstm l) {
  const std::size_t count = l.pixels * l.units;
  std::vector<float> cell(count + 1, kGuard), hidden(count + 1, kGuard), want_cell, want_hidden;
  OneByOne(table, l).run(want_cell, want_hidden);
  want_cell.push_back(kGuard);
  want_hidden.push_back(kGuard);
  l.cell = cell.data();
  l.hidden = hidden.data();
  table.lstm(l);
  EXPECT_EQ(cell, want_cell);
  EXPECT_EQ(hidden, want_hidden);
  std::fill(hidden.begin(), hidden.end(), kGuard);
  l.cell = nullptr;
  table.lstm(l);
  EXPECT_EQ(hidden, want_hidden);
  std::fill(cell.begin(), cell.end(), kGuard);
  l.cell = cell.data();
  l.hidden = nullptr;
  table.lstm(l);
  EXPECT_EQ(cell, want_cell);
}

TEST_P(LstmTest, IsItsOperationsOneByOne) {
  for (const std::size_t pixels : {1U, 2U, 7U}) {
    for (const std::size_t units : {1U, 3U, 4U, 7U, 8U, 9U, 15U, 16U, 17U, 31U, 32U, 40U}) {
      SCOPED_TRACE(std::to_string(pixels) + " pixels of " + std::to_string(units));
      const Inputs in(pixels, units, 90 + units);
      Lstm l = over(in, pixels, units);
      expect_one_by_one(table(), l);
      l.before = in.before.data();
      expect_one_by_one(table(), l);
      l.more_sums = in.more.data();
      expect_one_by_one(table(), l);
    }
  }
}

TEST_P(LstmTest, TakesHardGates) {
  const Inputs in(3, 11, 91);
  Lstm l = over(in, 3, 11);
  l.before = in.before.data();
  l.gate = Curve::kHardSigmoid;
  for (const float slope : {0.2F, 1 / 6.0F}) {
    l.alpha = slope;
    expect_one_by_one(table(), l);
  }
}

TEST_P(LstmTest, IsWithinTheBoundOfTheCurves) {
  const Inputs in(2, 19, 92);
  Lstm l = over(in, 2, 19);
  l.before = in.before.data();
  std::vector<float> cell(38), hidden(38);
  l.cell = cell.data();
  l.hidden = hidden.data();
  table().lstm(l);
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  for (std::size_t pixel = 0; pixel < 2; ++pixel) {
    for (std::size_t unit = 0; unit < 19; ++unit) {
      const auto sum = [&](std::size_t gate) { return double{in.sums[pixel * l.sums_pixel + gate + unit]}; };
      const std::size_t at = pixel * 19 + unit;
      const double c =
          sigmoid(sum(l.forget)) * double{in.before[at]} + sigmoid(sum(l.input)) * std::tanh(sum(l.candidate));
      ASSERT_NEAR(cell[at], c, 8 * kCurveError);  // memory is at most 3, each curve as far off as it may
      ASSERT_NEAR(hidden[at], sigmoid(sum(l.output)) * std::tanh(c), 10 * kCurveError);
    }
  }
}

PITLANE_ALL_LEVELS(LstmTest);

}  // namespace
}  // namespace pitlane::kernels
