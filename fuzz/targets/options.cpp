// Values of the command line: the first byte chooses whose, the rest is the value.
#include <array>
#include <cmath>

#include "fuzz/target.h"
#include "pitlane/cli/number_range.h"
#include "pitlane/data/split.h"
#include "pitlane/driver/vehicle.h"
#include "pitlane/kernels/isa.h"
#include "pitlane/measure/latency_model.h"
#include "pitlane/network/families.h"
#include "pitlane/sim/circuit.h"

namespace pitlane::fuzz {
namespace {

void latency(const std::string& value) {
  const auto model = LatencyModel::parse(value);
  if (!model) return check_error(model.error());
  Random random(1);
  const double drawn = model->draw_s(random);
  PITLANE_CHECK(drawn >= 0 && drawn <= 10);
  PITLANE_CHECK(LatencyModel::parse(model->name()).ok());
}

void vehicle(const std::string& value) {
  const auto adapter = VehicleAdapter::create({value}, {{"steering", "1", -1, 1, 0, 0}});
  if (!adapter) return check_error(adapter.error());
  PITLANE_CHECK(!adapter->description().empty());
  for (const double wheel : {-1.0, 0.0, 0.7}) {
    Outputs outputs;
    outputs.push({"steering", "1", wheel});
    const auto command = adapter->command(outputs);
    PITLANE_CHECK(command && std::isfinite(command->v_mps) && std::isfinite(command->w_radps));
    const auto back = adapter->steering(*command);
    PITLANE_CHECK(back && std::abs(*back - wheel) < 1e-6);
  }
}

void instruction_set(const std::string& value) {
  const auto isa = parse_isa(value);
  if (!isa) return check_error(isa.error());
  PITLANE_CHECK(to_string(*isa) == value);
}

void family(const std::string& value) {
  const auto found = find_family(value);
  if (!found) check_error(found.error());
}

void circuit_name(const std::string& value) {
  const Status good = check_circuit_name(value);
  if (!good) check_error(good.error());
}

void split(const std::string& value) {
  Dataset dataset;
  dataset.outputs = {{"v", "m/s", 0, 1, -1, 0}};
  for (int i = 0; i < 20; ++i) {
    dataset.session.push_back(i / 4);
    dataset.row.push_back(i);
    dataset.side_camera.push_back(0);
  }
  const auto parts = split_dataset(dataset, value);
  if (!parts) return check_error(parts.error());
  PITLANE_CHECK(!parts->train.empty() && !parts->validation.empty());
}

/// `checked` numbers are those that the program goes on with.
void numbers(const std::string& value) {
  std::string text = value;
  if (cli::within(-2, 1e6)(text).empty()) PITLANE_CHECK(std::stod(text) >= -2 && std::stod(text) <= 1e6);
  if (cli::positive()(text).empty()) PITLANE_CHECK(std::stold(text) > 0);
  if (cli::whole(-5, 100)(text).empty()) PITLANE_CHECK(std::stoll(text) >= -5 && std::stoll(text) <= 100);
  if (cli::seed()(text).empty()) PITLANE_CHECK(std::to_string(std::stoull(text)) == text);
  (void)cli::not_negative()(text);
}

constexpr std::array kParsers = {latency, vehicle, instruction_set, family, circuit_name, split, numbers};

void add(Seeds& seeds, std::uint8_t parser, const std::string& value) {
  seeds.add(std::to_string(parser) + "-" + std::to_string(seeds.files().size()), static_cast<char>(parser) + value);
}

}  // namespace

void run(Bytes input) {
  Draw draw(input);
  const std::size_t parser = draw.byte() % kParsers.size();
  kParsers[parser](std::string(text(draw.rest())));
}

void add_seeds(Seeds& seeds) {
  for (const char* value : {"none", "60ms", "0.06s", "1e-2s"}) add(seeds, 0, value);
  for (const char* value : {"auto", "direct", "steering:8", "steering:8:0.5:left"}) add(seeds, 1, value);
  for (const char* value : {"scalar", "avx512vnni"}) add(seeds, 2, value);
  add(seeds, 3, "pilotnet-torch");
  add(seeds, 4, "für drei Kurven");
  for (const char* value : {"auto", "session", "blocks:2:3"}) add(seeds, 5, value);
  for (const char* value : {"1", "-1.5", "1e3", "18446744073709551615"}) add(seeds, 6, value);
}

}  // namespace pitlane::fuzz
