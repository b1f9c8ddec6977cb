// pitlane circuit: the tracks that networks drive on.
#include "pitlane/sim/circuit.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "pitlane/cli/number_range.h"
#include "pitlane/cli/output_file.h"
#include "pitlane/cli/terminal.h"
#include "pitlane/cli/verb.h"
#include "pitlane/core/file.h"
#include "pitlane/sim/circuit_file.h"
#include "pitlane/sim/circuit_picture.h"
#include "pitlane/sim/lap_import.h"
#include "pitlane/sim/number_text.h"

namespace pitlane::cli {
namespace {

struct ShowFlags {
  std::string circuit, out;
  int width = 1000;
};

struct ImportFlags {
  std::string bag, out, name, topic;
  bool for_training = false, overwrite = false;
  double road_width_m = 3;
};

// "road 2.4 to 6 m wide"; nothing where it is equally wide.
std::string widths_text(const Circuit& circuit) {
  const RoadWidths widths = road_widths(circuit.definition());
  if (!widths.vary()) return "";
  return "road " + number_text(widths.narrowest_m, 3) + " to " + number_text(widths.widest_m, 3) + " m wide";
}

void print_circuit(const std::string& stem, const Circuit& circuit) {
  const std::string named = circuit.name() == stem ? "" : "named '" + circuit.name() + "'  ";
  const std::string widths = widths_text(circuit);
  std::printf("%-16s %7.1f m  smallest radius %5.2f m  %s%s%s%s\n", printable(stem).c_str(), circuit.length_m(),
              circuit.smallest_radius_m(), widths.empty() ? "" : (widths + "  ").c_str(), named.c_str(),
              circuit.definition().held_out ? "(held out) " : "", printable(circuit.definition().description).c_str());
}

// A file that cannot be read hides none of the others.
Result<int> list() {
  int code = kSuccess;
  for (const std::string& stem : list_circuits()) {
    const Result<Circuit> circuit = find_circuit(stem);
    if (circuit.ok()) {
      print_circuit(stem, *circuit);
      continue;
    }
    print_error(circuit.error());
    code = kBadInput;
  }
  return code;
}

Result<int> check(const std::string& name) {
  PITLANE_TRY(const Circuit circuit, find_circuit(name));
  const std::string widths = widths_text(circuit);
  std::printf("%s: good, %.1f m, smallest radius %.2f m%s\n", circuit.name().c_str(), circuit.length_m(),
              circuit.smallest_radius_m(), widths.empty() ? "" : (", " + widths).c_str());
  return kSuccess;
}

Result<int> show(const ShowFlags& flags) {
  PITLANE_TRY_STATUS(check_output_file(flags.out));
  PITLANE_TRY_STATUS(check_output_folder_is_there(flags.out));
  PITLANE_TRY(const std::filesystem::path file, locate_circuit(flags.circuit));
  PITLANE_TRY_STATUS(check_not_the_same(flags.out, file, "the circuit's own file"));
  PITLANE_TRY(const Circuit circuit, load_circuit(file));
  PITLANE_TRY(const std::vector<std::byte> png, circuit_picture(circuit, flags.width));
  PITLANE_TRY_STATUS(write_file(flags.out, png));
  std::printf("%s: %s from above and from the car\n", flags.out.c_str(), circuit.name().c_str());
  return kSuccess;
}

Result<int> import(const ImportFlags& flags) {
  const std::string name = flags.name.empty() ? std::filesystem::path(flags.bag).stem().string() : flags.name;
  PITLANE_TRY_STATUS(check_output_file(flags.out));
  PITLANE_TRY_STATUS(check_output_folder_is_there(flags.out));
  PITLANE_TRY_STATUS(check_not_the_same(flags.out, flags.bag, "the bag itself"));
  if (!flags.overwrite) PITLANE_TRY_STATUS(check_output_is_new(flags.out));
  if (const Status good = check_circuit_name(name); !good.ok())
    return invalid_argument("--name: " + good.error().message());
  PITLANE_TRY(ImportedLap lap, import_lap(flags.bag, name, flags.topic));
  lap.definition.held_out = !flags.for_training;
  lap.definition.road_width_m = flags.road_width_m;
  const Result<Circuit> made = Circuit::create(lap.definition);
  if (!made.ok())
    return made.error().in(flags.bag + ": --road-width " + number_text(flags.road_width_m) + " does not fit this lap");
  const Circuit& circuit = *made;
  PITLANE_TRY_STATUS(save_circuit(flags.out, circuit.definition()));
  std::printf(
      "%s: %s, %lld positions of %s; %.1f m along the smoothed line (%.1f m from recorded position to position), "
      "smallest radius %.2f m%s\n",
      flags.out.c_str(), name.c_str(), static_cast<long long>(lap.positions), lap.topic.c_str(), lap.length_m,
      lap.raw_length_m, circuit.smallest_radius_m(),
      lap.definition.held_out
          ? "; held out: record and tune learn from it only where it is named (--for-training: always)"
          : "");
  return kSuccess;
}

void declare_show(CLI::App& verb, Chosen& chosen) {
  CLI::App* show_verb = verb.add_subcommand("show", "Draw a circuit from above and as the car sees it at the start");
  const auto flags = std::make_shared<ShowFlags>();
  show_verb->add_option("CIRCUIT", flags->circuit, "name or file")->required();
  show_verb->add_option("--out", flags->out, "the picture, a PNG")->required();
  show_verb->add_option("--width", flags->width, "pixels")->check(whole(300, 4000))->capture_default_str();
  show_verb->callback([&chosen, flags] { chosen.action = [flags] { return show(*flags); }; });
}

void declare_import(CLI::App& verb, Chosen& chosen) {
  CLI::App* import_verb = verb.add_subcommand("import", "Make a circuit of a lap in a ROS 1 bag");
  const auto flags = std::make_shared<ImportFlags>();
  import_verb->add_option("BAG", flags->bag, "a .bag with nav_msgs/Odometry")->required();
  import_verb->add_option("--out", flags->out, "the circuit file, e.g. my.yaml")->required();
  import_verb->add_option("--name", flags->name, "of the circuit (default: the bag's)");
  import_verb->add_option("--topic", flags->topic, "of the odometry, where the bag has several");
  import_verb->add_option("--road-width", flags->road_width_m, "metres")->check(within(1, 20))->capture_default_str();
  import_verb->add_flag("--overwrite", flags->overwrite, "replace the file of --out where there is one");
  import_verb->add_flag("--for-training", flags->for_training, "record and tune may use it; else it is held out");
  import_verb->callback([&chosen, flags] { chosen.action = [flags] { return import(*flags); }; });
}

}  // namespace

void declare_circuit(CLI::App& app, Chosen& chosen) {
  CLI::App* verb = app.add_subcommand("circuit", "List, check, draw and import circuits");
  verb->require_subcommand(1);
  verb->add_subcommand("list", "One circuit a line: name, length, smallest radius")->callback([&chosen] {
    chosen.action = list;
  });
  CLI::App* check_verb = verb->add_subcommand("check", "Read a circuit file and say whether it can be driven");
  const auto name = std::make_shared<std::string>();
  check_verb->add_option("CIRCUIT", *name, "name or file")->required();
  check_verb->callback([&chosen, name] { chosen.action = [name] { return check(*name); }; });
  declare_show(*verb, chosen);
  declare_import(*verb, chosen);
}

}  // namespace pitlane::cli
