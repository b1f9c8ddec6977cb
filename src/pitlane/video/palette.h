// Colours of a video, RGB; those of the networks are told apart with every common colour vision (Okabe and Ito).
#pragma once

#include <opencv2/core.hpp>

namespace pitlane {

inline const cv::Scalar kPageColour{14, 18, 24};
inline const cv::Scalar kCardColour{27, 34, 45};
inline const cv::Scalar kBarColour{52, 62, 77};
inline const cv::Scalar kInkColour{232, 236, 242};
inline const cv::Scalar kSoftColour{154, 166, 182};
inline const cv::Scalar kGoodColour{79, 208, 160};
inline const cv::Scalar kBadColour{255, 128, 96};
inline const cv::Scalar kRoadColour{70, 82, 99};
inline const cv::Scalar kLineColour{150, 160, 174};
inline const cv::Scalar kNetworkColours[] = {{79, 168, 232}, {245, 172, 60}};  ///< the first one's, the second one's

}  // namespace pitlane
