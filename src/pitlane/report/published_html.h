// Tables of published figures beside ours. Whole elements, foreign text escaped, what is wrong with each as footnotes.
#pragma once

#include <string>
#include <vector>

#include "pitlane/measure/episode.h"
#include "pitlane/report/published.h"

namespace pitlane {

/// What is wrong with a figure, numbered as first named.
class Footnotes {
 public:
  /// `prefix`: of the notes' ids, one a list on a page.
  explicit Footnotes(std::string prefix) : prefix_(std::move(prefix)) {}
  /// A mark that leads to the note; empty for no text.
  std::string mark(const std::string& text);
  [[nodiscard]] std::string list() const;

 private:
  std::string prefix_;
  std::vector<std::string> notes_;
};

/// How a network of ours drove: means over its completed drives.
struct OwnDriving {
  std::string name;
  int drives = 0, completed = 0;
  double speed_mps = 0, bm_deviation = 0, deviation_m = 0;  ///< known where something was completed
  double iteration_hz = 0, inference_ms = 0;                ///< of the wall clock; 0: not known
};
OwnDriving own_driving(const std::string& name, const std::vector<const EpisodeResult*>& drives, bool timed);

/// One published drive and a network of ours that has its recipe.
struct DrivingPair {
  const PublishedDrive* published = nullptr;
  std::vector<OwnDriving> own;  ///< none: `why_not` says why
  std::string why_not;
};
/// Speed, deviation, rate and time: published and ours.
std::string published_driving_html(const std::vector<DrivingPair>& pairs);

}  // namespace pitlane
