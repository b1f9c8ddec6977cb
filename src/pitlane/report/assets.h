// Texts compiled into the program, see embed.cmake.
#pragma once

#include <string_view>

namespace pitlane {

extern const std::string_view kChartJs;      ///< Chart.js as packaged, with its licence line
extern const std::string_view kStyleCss;     ///< page/style.css
extern const std::string_view kPageJs;       ///< page/*.js of tune's page, joined
extern const std::string_view kDrivePageJs;  ///< those of drive's page
extern const std::string_view kStudyPageJs;  ///< those of a study's page

}  // namespace pitlane
