#include "pitlane/data/recording_fit.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <map>
#include <set>
#include <string_view>

#include "pitlane/core/units.h"
#include "pitlane/data/bad_rows.h"
#include "pitlane/data/calendar.h"
#include "pitlane/data/importers.h"
#include "pitlane/data/sessions.h"
#include "pitlane/data/state_columns.h"

namespace pitlane {
namespace {

constexpr double kMillisecondsOfSecond = 1000;

bool knows_speed(const Recording& recording) {
  return std::ranges::any_of(recording.rows, [](const RecordingRow& row) { return !std::isnan(row.speed_mps); });
}

bool knows_speed_of_all(const Recording& recording) {
  return std::ranges::none_of(recording.rows, [](const RecordingRow& row) { return std::isnan(row.speed_mps); });
}

std::string names_of(const Recording& recording) {
  std::string out;
  for (const LabelSpec& label : recording.labels) out += (out.empty() ? "" : ", ") + label.name;
  return out;
}

/// Names of Udacity's images must differ.
bool times_fit_in_names(const std::vector<RecordingRow>& rows) {
  std::set<double> moments;
  return std::ranges::all_of(rows, [&](const RecordingRow& row) {
    return in_calendar(row.time_s) && moments.insert(std::round(row.time_s * kMillisecondsOfSecond)).second;
  });
}

/// Would a reader that has the times alone find the same sessions?
bool times_tell_sessions(const std::vector<RecordingRow>& rows) {
  std::vector<RecordingRow> read(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    read[i].time_s = std::round(rows[i].time_s * kMillisecondsOfSecond) / kMillisecondsOfSecond;
  assign_sessions_by_time(read);
  std::map<int, int> there, back;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (there.emplace(rows[i].session, read[i].session).first->second != read[i].session ||
        back.emplace(read[i].session, rows[i].session).first->second != rows[i].session)
      return false;
  return true;
}

bool differ(const std::vector<RecordingRow>& rows, auto field) {
  return std::ranges::any_of(rows, [&](const RecordingRow& row) { return row.*field != rows[0].*field; });
}

/// Times, and so sessions, are in the names of the images or nowhere.
void fit_times_in_names(const std::vector<RecordingRow>& rows, RecordingFit& fit) {
  fit.keeps_times = times_fit_in_names(rows);
  if (!fit.keeps_times && differ(rows, &RecordingRow::time_s)) fit.lost.emplace_back("the times of its frames");
  if (fit.keeps_times ? !times_tell_sessions(rows) : differ(rows, &RecordingRow::session))
    fit.lost.emplace_back("where its sessions begin");
}

std::string number_text(float value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", static_cast<double>(value));
  return text;
}

/// DeepLearningStudio knows one car: without its ranges, a slower one's speeds would all be the lowest.
void keep_ranges_apart(const Recording& recording, RecordingFit& fit) {
  bool differ = false;
  std::string text;
  const std::vector<LabelSpec> usual = deeplearningstudio_labels();
  for (std::size_t i = 0; i < usual.size(); ++i) {
    const LabelSpec& label = recording.labels[*fit.columns[i].label];
    fit.ranges.push_back({usual[i].name, usual[i].unit, label.low, label.high});
    differ = differ || label.low != usual[i].low || label.high != usual[i].high;
    text += (i == 0 ? "" : ", ") + label.name + " " + number_text(label.low) + " to " + number_text(label.high);
  }
  if (!differ) return fit.ranges.clear();
  fit.apart.push_back("the ranges of the labels (" + text + "): they stand in " + kLabelRangesFile +
                      "; DeepLearningStudio itself maps v from 6.5 to 24 and w from -7.1 to 7.1");
}

/// Collects what a format takes; what is left over in the end is lost.
class Fitter {
 public:
  explicit Fitter(const Recording& recording) : recording_(recording), taken_(recording.labels.size(), false) {}

  /// The first of `names` that is a label, in `unit`.
  bool take(const std::string& target, std::initializer_list<const char*> names, const char* unit) {
    for (const char* name : names)
      for (std::size_t i = 0; i < recording_.labels.size(); ++i) {
        if (taken_[i] || recording_.labels[i].name != name || recording_.labels[i].unit != unit) continue;
        fit_.columns.push_back({target, i, 0});
        taken_[i] = true;
        return true;
      }
    return false;
  }
  Status demand(const std::string& target, std::initializer_list<const char*> names, const char* unit) {
    if (take(target, names, unit)) return {};
    return invalid_argument("needs a label '" + std::string(*names.begin()) + "' (" + unit +
                            "), this recording has only " + names_of(recording_) +
                            "; choose pitlane, which takes any labels");
  }
  void take_or_zero(const std::string& target, std::initializer_list<const char*> names, const char* unit) {
    if (take(target, names, unit)) return;
    fit_.columns.push_back({target, std::nullopt, 0});
    fit_.made_up.push_back(target);
  }
  void speed_column(const std::string& target, double unit_mps) {
    fit_.columns.push_back({target, std::nullopt, unit_mps});
  }
  /// The speed of a log in miles an hour is that of its rows in m/s, which the format holds.
  void cover_speed() {
    for (std::size_t i = 0; i < recording_.labels.size(); ++i)
      if (recording_.labels[i].name == "speed" && recording_.labels[i].unit == "mph" && knows_speed(recording_))
        taken_[i] = true;
  }
  void take_everything() {
    for (std::size_t i = 0; i < recording_.labels.size(); ++i) {
      fit_.columns.push_back({recording_.labels[i].name, i, 0});
      taken_[i] = true;
    }
  }
  void lose(const std::string& what) { fit_.lost.push_back(what); }
  /// What only our own format says.
  void lose_manifest() {
    if (recording_.stored) lose("that its frames are cropped and resized already");
    if (!recording_.circuits.empty()) lose("the names of the circuits that it was recorded on");
  }
  /// What only a data.csv has columns for.
  void lose_states() {
    const auto any = [&](const auto& known) { return std::ranges::any_of(recording_.rows, known); };
    if (any([](const RecordingRow& row) { return row.command >= 0; })) lose("the high-level commands");
    if (any([](const RecordingRow& row) { return row.light >= 0; })) lose("the traffic lights");
    if (any([](const RecordingRow& row) { return row.drive != 0; })) lose("where the car was put somewhere else");
  }
  RecordingFit finish() && {
    for (std::size_t i = 0; i < taken_.size(); ++i)
      if (!taken_[i]) lose("label " + shown(recording_.labels[i].name));
    if (!recording_.side_rows.empty() && !fit_.keeps_sides) lose("the pictures of the side cameras");
    return std::move(fit_);
  }
  RecordingFit& fit() { return fit_; }

 private:
  const Recording& recording_;
  std::vector<bool> taken_;
  RecordingFit fit_;
};

}  // namespace

Result<RecordingFit> fit_pitlane(const Recording& recording) {
  Fitter fitter(recording);
  for (const LabelSpec& label : recording.labels)
    for (const std::string_view reserved : {"image_name", "timestamp", "session", "speed_mps", StateColumns::kNames[0],
                                            StateColumns::kNames[1], StateColumns::kNames[2]})
      if (label.name == reserved)
        return invalid_argument("label '" + label.name + "' has the name of a column with another meaning; rename it");
  fitter.take_everything();
  return std::move(fitter).finish();
}

Result<RecordingFit> fit_deeplearningstudio(const Recording& recording) {
  Fitter fitter(recording);
  PITLANE_TRY_STATUS(fitter.demand("v", {"v"}, "m/s"));
  PITLANE_TRY_STATUS(fitter.demand("w", {"w"}, "rad/s"));
  fitter.cover_speed();
  fitter.lose_manifest();
  RecordingFit fit = std::move(fitter).finish();
  keep_ranges_apart(recording, fit);
  return fit;
}

Result<RecordingFit> fit_udacity(const Recording& recording) {
  Fitter fitter(recording);
  PITLANE_TRY_STATUS(fitter.demand("steering", {"steering", "steer"}, "1"));
  fitter.take_or_zero("throttle", {"throttle"}, "1");
  fitter.take_or_zero("brake", {"brake"}, "1");
  if (!fitter.take("speed", {"speed"}, "mph")) {
    if (knows_speed(recording))
      fitter.speed_column("speed", kMph_mps);
    else
      fitter.take_or_zero("speed", {}, "mph");
    if (knows_speed(recording) && !knows_speed_of_all(recording))
      fitter.fit().made_up.emplace_back("speed (of the frames without one)");
  }
  fitter.lose_manifest();
  fitter.lose_states();
  fitter.fit().keeps_sides = true;
  fit_times_in_names(recording.rows, fitter.fit());
  return std::move(fitter).finish();
}

Result<RecordingFit> fit_tub(const Recording& recording) {
  Fitter fitter(recording);
  PITLANE_TRY_STATUS(fitter.demand("user/angle", {"steering", "steer"}, "1"));
  fitter.take_or_zero("user/throttle", {"throttle"}, "1");
  fitter.cover_speed();
  fitter.lose_manifest();
  fitter.lose_states();
  RecordingFit& fit = fitter.fit();
  fit.keeps_times =
      std::ranges::all_of(recording.rows, [](const RecordingRow& row) { return in_calendar(row.time_s); });
  if (!fit.keeps_times) fitter.lose("the times of its frames");
  return std::move(fitter).finish();
}

}  // namespace pitlane
