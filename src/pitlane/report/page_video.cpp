#include "pitlane/report/page_video.h"

#include "pitlane/report/html_escape.h"

namespace pitlane {

std::string base64(const std::vector<std::byte>& bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = bytes.size() - i < 3 ? bytes.size() - i : 3;
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < count ? std::to_integer<unsigned>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k) out += k <= count ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string videos_section(const PageVideos& videos) {
  if (videos.videos.empty() && videos.why_none.empty()) return "";
  std::string out = "<section id=\"videos\"><h2>Watch them drive</h2>";
  for (const PageVideo& video : videos.videos)
    out += "<figure class=\"card film\"><div class=\"figure-head\"><h3>" + html_escape(video.title) +
           "</h3></div><video controls loop muted playsinline preload=\"auto\" width=\"" + std::to_string(video.width) +
           "\" height=\"" + std::to_string(video.height) + "\" aria-label=\"" + html_escape(video.title) +
           "\" src=\"data:video/mp4;base64," + base64(video.mp4) + "\"></video><figcaption>" +
           html_escape(video.caption) + "</figcaption></figure>";
  if (videos.videos.empty()) out += "<p class=\"callout\">No video: " + html_escape(videos.why_none) + ".</p>";
  return out + "</section>";
}

}  // namespace pitlane
