#include "pitlane/search/candidate_space.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pitlane {
namespace {

constexpr int kMostDraws = 1000;
constexpr int kTinyWidth = 64;  // pixels: pictures that need not become smaller

// The smaller of two draws: the first choices come up most.
template <typename T>
const T& cheap(const std::vector<T>& choices, Random& random) {
  const std::size_t a = random.index(choices.size());
  return choices[std::min(a, random.index(choices.size()))];
}

int between(int low, int high, Random& random) {
  return low + static_cast<int>(random.index(static_cast<std::size_t>(high - low + 1)));
}

StudentStorage draw_storage(Random& random) {
  // Integers are nearly always the fastest and the smallest; the others are there for machines where they are not.
  const double u = random.uniform();
  if (u < 0.7) return StudentStorage::kInt8;
  return u < 0.85 ? StudentStorage::kBf16 : StudentStorage::kF32;
}

// One plane costs a third of the first layer, and which one tells the most is another matter on each road.
PixelFormat draw_colours(Random& random) {
  constexpr std::array kPlanes{PixelFormat::kGrey, PixelFormat::kRed, PixelFormat::kGreen, PixelFormat::kBlue};
  return random.chance(0.5) ? PixelFormat::kRgb : kPlanes[random.index(kPlanes.size())];
}

// Later convolutions see fewer pixels: they are never narrower.
std::vector<int> draw_channels(const CandidateSpace& space, int count, Random& random) {
  std::vector<int> out;
  for (int i = 0; i < count; ++i) out.push_back(cheap(space.channels, random));
  std::sort(out.begin(), out.end());
  return out;
}

Candidate draw_any(const CandidateSpace& space, Random& random) {
  Candidate c;
  c.width = cheap(space.widths, random);
  c.height = cheap(space.heights, random);
  c.colours = draw_colours(random);
  c.channels = draw_channels(space, between(space.fewest_convolutions, space.most_convolutions, random), random);
  const int dense = between(1, space.most_dense, random);
  for (int i = 0; i < dense; ++i) c.units.push_back(cheap(space.units, random));
  std::sort(c.units.rbegin(), c.units.rend());
  c.storage = draw_storage(random);
  return c;
}

void change_one(Candidate& c, const CandidateSpace& space, Random& random) {
  const Candidate other = draw_any(space, random);
  switch (random.index(6)) {
    case 0:
      c.width = other.width;
      break;
    case 1:
      c.height = other.height;
      break;
    case 2:
      c.colours = other.colours;
      break;
    case 3:
      c.storage = other.storage;
      break;
    case 4:
      c.units = other.units;
      break;
    default:
      c.channels[random.index(c.channels.size())] = cheap(space.channels, random);
      std::sort(c.channels.begin(), c.channels.end());
  }
}

bool among(const std::vector<int>& choices, int value) {
  return std::find(choices.begin(), choices.end(), value) != choices.end();
}

bool all_among(const std::vector<int>& choices, const std::vector<int>& values) {
  return std::all_of(values.begin(), values.end(), [&](int v) { return among(choices, v); });
}

template <typename Make>
std::optional<Candidate> first_within(const CandidateSpace& space, int outputs, Make make) {
  for (int i = 0; i < kMostDraws; ++i) {
    Candidate c = make();
    if (contains(space, c, outputs)) return c;
  }
  return std::nullopt;
}

}  // namespace

CandidateSpace space_for(const Network& baseline, std::optional<double> max_size_bytes) {
  const Preprocessing& p = image_input(baseline).value()->preprocessing;
  CandidateSpace space;
  space.most_weight_bytes = max_size_bytes;
  for (const InputSpec& input : baseline.inputs)
    if (input.kind != InputKind::kImage) space.beside += static_cast<int>(baseline.values[input.value].shape[0]);
  if (p.width <= kTinyWidth) {
    space.widths = {p.width};
    space.heights = {p.height};
    return space;
  }
  for (const int parts : {4, 3, 2}) space.widths.push_back((p.width + parts - 1) / parts);
  // What is far away is in few rows: they are worth more than columns.
  for (const int parts : {3, 2}) space.heights.push_back((p.height + parts - 1) / parts);
  return space;
}

double weight_bytes(const Candidate& c, int outputs, int beside) {
  double weights = 0;
  double biases = 0;
  double inputs = channels_of(c.colours);
  int rows = c.height;
  int columns = c.width;
  double area = 25;
  for (const int channels : c.channels) {
    weights += area * inputs * channels;
    biases += channels;
    inputs = channels;
    area = 9;
    rows = (rows + 1) / 2;
    columns = (columns + 1) / 2;
  }
  inputs = inputs * rows * columns + beside;
  std::vector<int> widths = c.units;
  widths.push_back(outputs);
  for (const int units : widths) {
    weights += inputs * units;
    biases += units;
    inputs = units;
  }
  const double each = c.storage == StudentStorage::kInt8 ? 1 : c.storage == StudentStorage::kBf16 ? 2 : 4;
  return weights * each + biases * 4;
}

bool contains(const CandidateSpace& space, const Candidate& c, int outputs) {
  const auto convolutions = static_cast<int>(c.channels.size());
  const auto dense = static_cast<int>(c.units.size());
  return among(space.widths, c.width) && among(space.heights, c.height) && all_among(space.channels, c.channels) &&
         all_among(space.units, c.units) && convolutions >= space.fewest_convolutions &&
         convolutions <= space.most_convolutions && dense >= 1 && dense <= space.most_dense &&
         (!space.most_weight_bytes || weight_bytes(c, outputs, space.beside) <= *space.most_weight_bytes);
}

Error none_fits() {
  return invalid_argument("no student is as small as the limits ask for; allow a larger file with --max-size");
}

Status check_some_fit(const Network& baseline, std::optional<double> max_size_bytes) {
  Random random(1);
  if (draw(space_for(baseline, max_size_bytes), static_cast<int>(baseline.outputs.size()), random)) return {};
  return none_fits();
}

std::optional<Candidate> draw(const CandidateSpace& space, int outputs, Random& random) {
  return first_within(space, outputs, [&] { return draw_any(space, random); });
}

std::optional<Candidate> mutate(const CandidateSpace& space, const Candidate& parent, int outputs, Random& random) {
  return first_within(space, outputs, [&] {
    Candidate c = parent;
    const int changes = between(1, 2, random);
    for (int i = 0; i < changes; ++i) change_one(c, space, random);
    return c;
  });
}

}  // namespace pitlane
