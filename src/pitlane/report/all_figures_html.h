// The wide table of every figure of every drive, folded away until somebody asks for it.
#pragma once

#include <string>
#include <vector>

#include "pitlane/measure/episode.h"

namespace pitlane {

struct FiguresRow {
  std::vector<std::string> names;  ///< texts: the network, then what tells its drives apart
  const EpisodeResult* drive = nullptr;
};

/// `titles`: over the names. The first 2,000 rows; `rest`: where all are (HTML). Empty without rows.
std::string all_figures_html(const std::vector<std::string>& titles, const std::vector<FiguresRow>& rows, bool timed,
                             const std::string& rest);

}  // namespace pitlane
