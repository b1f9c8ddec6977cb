#include "pitlane/data/sample_inputs.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "pitlane/driver/history.h"

namespace pitlane {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

Result<SampleInputs> SampleInputs::create(const Network& network, const Dataset& dataset) {
  PITLANE_TRY_STATUS(validate(network));
  PITLANE_TRY_STATUS(image_input(network).ok() ? Status() : Status(image_input(network).error()));
  SampleInputs out(network, dataset);
  PITLANE_TRY_STATUS(out.check(network));
  if (needs_of(network).history) out.link_samples();
  return out;
}

SampleInputs::SampleInputs(const Network& network, const Dataset& dataset)
    : dataset_(&dataset), inputs_(network.inputs) {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    sizes_.push_back(at(element_count(network.values[at(inputs_[i].value)].shape)));
    if (inputs_[i].kind == InputKind::kImage) image_ = i;
  }
}

Status SampleInputs::check(const Network& network) const {
  const std::string who = "network '" + network.name + "'";
  const Preprocessing& p = image().preprocessing;
  const Shape wanted = {p.height, p.width, channels_of(p.format)};
  const Shape given = {dataset_->height, dataset_->width, dataset_->channels};
  if (wanted != given)
    return invalid_argument(who + " takes pictures of " + to_string(wanted) +
                            " (height x width x channels), the data has " + to_string(given) +
                            "; load the data with the network's own preprocessing");
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i].kind == InputKind::kSpeed && dataset_->speed_mps.size() != dataset_->session.size())
      return invalid_argument(who + " reads the car's speed, which this data does not have; load it for this network");
    Status known;
    if (inputs_[i].kind == InputKind::kCommand) known = check_known(dataset_->command, i, "command");
    if (inputs_[i].kind == InputKind::kLight) known = check_known(dataset_->light, i, "traffic light");
    if (!known.ok()) return known.error().in(who);
  }
  return {};
}

Status SampleInputs::check_known(const std::vector<int>& numbers, std::size_t input, const char* what) const {
  if (numbers.size() != dataset_->session.size())
    return invalid_argument(std::string("reads a ") + what +
                            ", which this data does not have; load it for this network");
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] < 0 || at(numbers[i]) >= sizes_[input])
      return invalid_argument("sample " + std::to_string(i) + " has the " + what + " " + std::to_string(numbers[i]) +
                              ", the network knows 0 to " + std::to_string(sizes_[input] - 1));
  return {};
}

void SampleInputs::link_samples() {
  const Dataset& d = *dataset_;
  std::map<std::tuple<int, int, int>, std::int64_t> last;  // by camera, session and drive
  previous_.resize(d.session.size());
  for (std::size_t i = 0; i < previous_.size(); ++i) {
    const std::tuple<int, int, int> key = {d.side_camera[i], d.session[i], d.drive.empty() ? 0 : d.drive[i]};
    const auto [found, first] = last.emplace(key, -1);
    previous_[i] = found->second;
    found->second = static_cast<std::int64_t>(i);
  }
}

std::int64_t SampleInputs::at_age(std::int64_t sample, int age) const {
  const std::int64_t wanted = dataset_->row[at(sample)] - age;
  while (dataset_->row[at(sample)] > wanted && previous_[at(sample)] >= 0) sample = previous_[at(sample)];
  return sample;
}

void SampleInputs::write_picture(std::int64_t sample, std::span<std::uint8_t> out) const {
  const std::vector<int> ages = ages_of(image());
  const auto channels = static_cast<std::size_t>(dataset_->channels);
  for (std::size_t k = 0; k < ages.size(); ++k) {
    const std::int64_t seen = ages[k] == 0 ? sample : at_age(sample, ages[k]);
    stack_frame(dataset_->picture(seen), channels, k, ages.size(), out);
  }
}

void SampleInputs::write_numbers(std::size_t input, std::int64_t sample, std::span<float> out) const {
  const InputSpec& spec = inputs_[input];
  if (spec.kind == InputKind::kSpeed) {
    const std::vector<int> ages = ages_of(spec);
    for (std::size_t k = 0; k < ages.size(); ++k)
      out[k] = dataset_->speed_mps[at(ages[k] == 0 ? sample : at_age(sample, ages[k]))];
    return;
  }
  std::ranges::fill(out, 0.0F);
  const std::vector<int>& chosen = spec.kind == InputKind::kCommand ? dataset_->command : dataset_->light;
  out[at(chosen[at(sample)])] = 1;
}

SampleFeed::SampleFeed(const SampleInputs& inputs) : inputs_(inputs), numbers_(inputs.inputs().size()) {
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (inputs.inputs()[i].kind == InputKind::kImage) {
      picture_.resize(inputs.size(i));
      spans_.push_back(std::as_bytes(std::span(picture_)));
    } else {
      numbers_[i].resize(inputs.size(i));
      spans_.push_back(std::as_bytes(std::span(numbers_[i])));
    }
  }
}

std::span<const std::span<const std::byte>> SampleFeed::show(std::int64_t sample) {
  inputs_.write_picture(sample, picture_);
  for (std::size_t i = 0; i < numbers_.size(); ++i)
    if (!numbers_[i].empty()) inputs_.write_numbers(i, sample, numbers_[i]);
  return spans_;
}

}  // namespace pitlane
