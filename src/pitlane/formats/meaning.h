// What model files of other tools leave unsaid: where the picture comes from, and what the numbers mean. The user says
// it, or the habit of the tool that made the file is taken and noted in the network's metadata ("assumed").
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/builder.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// How pixels 0..255 become numbers.
enum class PixelScaling {
  kUnit,      ///< x / 255
  kImageNet,  ///< (x / 255 - mean) / deviation of ImageNet's three channels, as albumentations.Normalize
  kSigned,    ///< x / 127.5 - 1
  kNone,      ///< x: the network's own first layers scale
};

/// The flag --pixels' word for it.
const char* pixels_word(PixelScaling scaling);
/// Sets scale and offset for the picture's channels.
void set_scaling(Preprocessing& p, PixelScaling scaling);

/// All optional: what is empty is taken from the file or by habit.
struct ImageMeaning {
  std::optional<int> width, height;                ///< that the network sees, where its file does not say (PyTorch)
  std::optional<int> source_width, source_height;  ///< of the camera's frame, pixels
  std::optional<Rect> crop;                        ///< of that frame; the whole without
  std::optional<PixelFormat> format;               ///< channels that the network wants, and their order
  std::optional<PixelScaling> scaling;
  std::vector<int> ages;  ///< of stacked frames, in the network's order; see InputSpec::ages
};

/// What a Keras Lambda layer does, as its user says: x * scale + offset.
struct LambdaMeaning {
  float scale = 1, offset = 0;
};

struct ImportOptions {
  ImageMeaning image;
  /// Names, units and ranges in the order of the network's outputs; `value` and `element` are filled in.
  std::vector<OutputSpec> outputs;
  std::map<std::string, InputKind> inputs;       ///< what vectors are, by the name of the network's input
  std::map<std::string, LambdaMeaning> lambdas;  ///< by layer name
  std::filesystem::path architecture;            ///< PyTorch: a description of the layers, see docs/formats/pytorch.md
  /// The speed plane or number of networks that see their own speed: network sees speed_mps * this. Without: 0.12,
  /// BehaviorMetrics' km/h / 30.
  std::optional<float> speed_scale;
};

/// A picture as a foreign network sees it: {height, width, frames * channels}.
struct PictureShape {
  std::int64_t height = 0, width = 0;
  int channels = 3;  ///< of one frame: 1 grey; 3 colour; 4 colour and a plane of speed; 6 two cameras, colour each
  int frames = 1;
  std::string name = "camera";  ///< of the input; a second camera's is this and a 2
};

/// What a file lets one see of the numbers that it wants of a picture's pixels.
struct PixelClues {
  bool scales_itself = false;                           ///< its first layers bring 0..255 into a small range
  bool bytes = false;                                   ///< it takes the bytes themselves
  std::optional<std::pair<double, double>> range = {};  ///< of the real numbers that a quantised input can hold
  std::optional<bool> normalized = {};                  ///< DeepLearningStudio's attribute normalized_dataset
  bool by_pytorch = false;                              ///< written by PyTorch's exporter, or channels come first
  std::string input = {};                               ///< its name
};

/// The one place where all importers guess how pixels were scaled, by the first of these that holds: the network scales
/// them itself or takes bytes (as they are); the range of a quantised input; the attribute (ImageNet's numbers, or
/// as they are); donkeycar's name img_in, or PyTorch's exporter (0..1); a picture of 200x66, 50x100 or
/// 50x150, which DeepLearningStudio and BehaviorMetrics use (ImageNet's); any other (0..1).
PixelScaling guess_pixels(const PixelClues& clues, std::int64_t height, std::int64_t width);

/// Where ages are said and fit, as many frames of 1, 3 or 4 channels; else 1, 3, 4 and 6 channels are one frame (6 are
/// two cameras), other multiples of three colour frames, and any others grey ones.
PictureShape guess_frames(std::int64_t height, std::int64_t width, std::int64_t channels, const std::vector<int>& ages);

/// What a vector of the car's state is, by its name in any case: "light" the traffic light, "speed" and "veloc" the
/// speed; else one number is the speed and several are a one-hot command.
InputKind guess_vector(const std::string& name, std::int64_t size);

/// The flag --input's word for it: picture, speed, command, light.
const char* input_word(InputKind kind);

/// Adds such a vector, as what ImportOptions::inputs says or the guess. Several speeds are as old as the frames are
/// said to be, or the newest ones, oldest first. What was guessed is added to `assumed`.
ValueId add_vector(NetworkBuilder& builder, const ImportOptions& options, const std::string& name, std::int64_t size,
                   std::string& assumed);

/// The name of element `i` of `count` that a tensor of this name holds.
std::string element_name(const std::string& tensor, std::int64_t i, std::int64_t count);

/// Two pictures that a file reads as two inputs: two cameras of one frame. Errors: more, or not of one size and colour.
/// Gives a value for each.
Result<std::vector<ValueId>> add_pictures(NetworkBuilder& builder, const ImportOptions& options,
                                          const std::vector<PictureShape>& shapes, PixelScaling habit);

/// Adds the inputs (camera, and speed or second camera where the channels say so) and gives the value {height, width,
/// frames * channels} that the network's first layer reads, frame by frame. Where nothing is said: a picture of 200x66
/// is the lower half of a 640x480 frame, any other the whole of a frame of its own size; several frames go from the
/// oldest to the newest, each one observation apart. Errors: other channel counts, sizes that no camera has.
Result<ValueId> add_picture(NetworkBuilder& builder, const ImportOptions& options, const PictureShape& shape,
                            PixelScaling habit);

/// As the flag --output takes it: "v:6.5:24:m/s".
std::string to_flag(const OutputSpec& output);

/// A number that the network computes.
struct OutputPlace {
  std::string name;  ///< from the file; may be empty
  ValueId value = -1;
  int element = 0;
};

/// Adds one output a place. Where nothing is said, by names in any case, if each is known and they differ: steer,
/// steering, angle (-1..1), throttle and brake (0..1); donkeycar's n_outputs0 and n_outputs1 are what the car takes as
/// steering and throttle. Else by number: one is steering (-1..1); two are v (6.5..24 m/s) and w (-7.1..7.1 rad/s) as
/// in DeepLearningStudio; three are throttle (0..1), steer (-1..1) and brake (0..1) as in CARLA; others keep the file's
/// names and a range of 0..1. Errors: options for another number of outputs.
Status add_outputs(NetworkBuilder& builder, const ImportOptions& options, const std::vector<OutputPlace>& places);

}  // namespace pitlane
