// Folders with recordings for fuzz targets: pictures are there already, the input becomes the index file.
#pragma once

#include <string>

#include "fuzz/target.h"
#include "pitlane/data/recording.h"

namespace pitlane::fuzz {

/// 0.png to 9.png, IMG/ with three cameras of five frames (`udacity_picture`), and images/ as donkeycar names them.
void put_pictures(const Scratch& folder);
std::string udacity_picture(const std::string& camera, int frame);

/// Opens the folder and checks what is promised of every recording.
void open_and_check(const Scratch& folder, const std::string& format);

}  // namespace pitlane::fuzz
