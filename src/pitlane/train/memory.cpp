#include "pitlane/train/memory.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "pitlane/train/windows.h"

namespace pitlane {
namespace {

std::string gigabytes(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GB", bytes / 1e9);
  return text;
}

}  // namespace

std::uint64_t training_bytes(const Network& network, std::int64_t batch) {
  constexpr double kCopiesOfWeights = 8;  // network, model, gradient, two moments, the state's, the best, a checkpoint
  constexpr double kCopiesOfValues = 3;   // forwards, gradient, a convolution's workspace
  constexpr double kMost = 1e18;
  double values = 0;
  for (const Value& value : network.values) values += static_cast<double>(element_count(value.shape));
  // As WindowBatches limits them.
  constexpr std::int64_t kWindow = kLearntWindows.learnt + kLearntWindows.warm_up;
  const auto frames = static_cast<double>(network.states.empty() ? batch : std::max(2 * batch, kWindow));
  const double numbers =
      kCopiesOfWeights * static_cast<double>(parameter_count(network)) + kCopiesOfValues * values * frames;
  return static_cast<std::uint64_t>(std::min(kMost, sizeof(float) * numbers));
}

std::uint64_t machine_memory_bytes() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Status check_training_memory(const Network& network, std::int64_t batch, std::int64_t samples,
                             std::uint64_t memory_bytes) {
  const std::int64_t counted = std::min(batch, samples);
  const std::uint64_t needed = training_bytes(network, counted);
  if (needed <= memory_bytes) return {};
  PITLANE_TRY(const InputSpec* image, image_input(network));
  return invalid_argument("training needs about " + gigabytes(static_cast<double>(needed)) + " for pictures of " +
                          std::to_string(image->preprocessing.width) + "x" +
                          std::to_string(image->preprocessing.height) + " in batches of " + std::to_string(counted) +
                          ", this machine has " + gigabytes(static_cast<double>(memory_bytes)) +
                          "; choose a smaller --batch, or a network with a smaller --size");
}

}  // namespace pitlane
