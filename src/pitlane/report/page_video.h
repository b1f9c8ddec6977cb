// Videos within a page: the page stays one file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pitlane {

struct PageVideo {
  std::string title, caption;  ///< texts
  int width = 0, height = 0;   ///< pixels
  std::vector<std::byte> mp4;  ///< a whole file
};

/// What a page shows, or the sentence that says why it shows none; both empty: nobody asked.
struct PageVideos {
  std::vector<PageVideo> videos;
  std::string why_none;  ///< without a full stop
};

/// A section; empty where there is nothing to say.
std::string videos_section(const PageVideos& videos);

/// RFC 4648, section 4, with padding.
std::string base64(const std::vector<std::byte>& bytes);

}  // namespace pitlane
